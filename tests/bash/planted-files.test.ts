import { existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bashRuntime } from "@holdfast/adapter-bash";
import { expectNoLeaks, holdings } from "@holdfast/harness";
import { expect, it } from "vitest";
import { type TestSession, openSession } from "../support/session-run.ts";

const runtime = bashRuntime();

/** What the host puts into a session's folder. */
const written = "code before after wrap do revive in{1..50}";
/** What it reads there. */
const read = "state.s{1..50}";

async function plant(test: TestSession, names: string, command: string): Promise<void> {
  const { exitCode } = await test.run(
    `cd "$HOLDFAST_WORKER"; for name in ${names}; do ${command}; done; cd "$OLDPWD"`,
  );
  expect(exitCode).toBe(0);
}

const long = `: ${"x".repeat(1000)}`;

it("writes through no link that code has planted [A09] [A34]", async () => {
  await using test = await openSession(runtime);
  const victim = join(test.directory, "victim");
  writeFileSync(victim, "precious");
  await plant(test, written, `ln -s "${victim}" $name`);
  expect(await test.run(`echo ran; ${long}`)).toMatchObject({ status: "ok", out: "ran\n" });
  const stdin = Buffer.from("given");
  expect(await test.run("cat", { stdin })).toMatchObject({ out: "given" });
  const env = { A: "x".repeat(1000) };
  expect(await test.run("echo ${#A}", { env })).toMatchObject({ out: "1000\n" });
  await test.session.setVariable("a", 1);
  expect(readFileSync(victim, "utf8")).toBe("precious");
});

it("waits for nobody to read a FIFO that code has planted [A09] [A36]", async () => {
  await using test = await openSession(runtime);
  await plant(test, written, "mkfifo $name");
  const stdin = Buffer.from("given");
  expect(await test.run("cat", { stdin })).toMatchObject({ status: "ok", out: "given" });
  expect(await test.run(`echo ran; ${long}`)).toMatchObject({ status: "ok", out: "ran\n" });
});

it.each(["ln -s /dev/zero $name", `ln -s "$HOME/other" $name`])(
  "takes nothing else for the state of a session, and such a session starts anew: %s [A09] [A34]",
  async (command) => {
    await using test = await openSession(runtime);
    writeFileSync(join(test.directory, "other"), "declare -- forged=1\n");
    for (const look of [
      () => test.session.variables(),
      () => test.session.fork(),
      () => test.session.checkpoint(async () => {}),
    ]) {
      await plant(test, read, command);
      await expect(look()).rejects.toMatchObject({ code: "worker_lost" });
      expect(await test.run("echo next")).toMatchObject({ status: "ok", out: "next\n" });
    }
  },
);

it("starts a background execution without a state that was planted [A34]", async () => {
  await using test = await openSession(runtime);
  writeFileSync(join(test.directory, "other"), "declare -- forged=1\n");
  await plant(test, read, `ln -s "$HOME/other" $name`);
  const background = await test.session.executeInBackground("echo ${forged-none}");
  expect(await background.ended).toMatchObject({ status: "ok" });
  expect(background.stdout.toString()).toBe("none\n");
});

it("leaves nothing of folders that code has made in the session's own [R2.6]", async () => {
  const before = holdings();
  {
    await using test = await openSession(runtime);
    await test.run(`mkdir -p "$HOLDFAST_WORKER"/a/b/{c,d}; : >"$HOLDFAST_WORKER/a/b/c/file"`);
  }
  await expectNoLeaks(before);
});

it("removes nothing of a folder that a link in the place of its own leads to [A34]", async () => {
  await using test = await openSession(runtime);
  const victim = join(test.directory, "victim");
  mkdirSync(victim);
  writeFileSync(join(victim, "precious"), "");
  const ran = await test.run(
    `dir=$HOLDFAST_WORKER; ln -s "$HOME/victim" "$dir/within"; echo "$dir"; mv "$dir" "$HOME/moved"; ln -s "$HOME/victim" "$dir"`,
  );
  await test.session.close();
  expect(existsSync(join(victim, "precious"))).toBe(true);
  expect(lstatSync(ran.out.trim(), { throwIfNoEntry: false })).toBe(undefined);
});
