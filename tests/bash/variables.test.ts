import { bashRuntime } from "@holdfast/adapter-bash";
import { describe, expect, it } from "vitest";
import { openSession } from "../support/session-run.ts";

const runtime = bashRuntime();

describe("trackChanges in a bash session [R8.1]", () => {
  const cases: readonly (readonly [string, string, Readonly<Record<string, readonly string[]>>])[] =
    [
      ["x=1", "y=2", { added: ["y"] }],
      ["x=1 y=1", "x=2; unset y", { changed: ["x"], removed: ["y"] }],
      ["x=1", "export x", { changed: ["x"] }],
      ["a=(1 2); declare -A m=([k]=v)", "a+=(3); m[k]=w", { changed: ["a", "m"] }],
      ["f() { :; }", "f() { echo; }; g() { :; }; unset -v x", { added: ["g"], changed: ["f"] }],
      [`x=${"long ".repeat(1_000).replaceAll(" ", "")}`, "x+=.", { changed: ["x"] }],
      ["x=1", "x=1; (x=2); false", {}],
      ["x=1", "x=2; set -u; echo $nothing", { changed: ["x"] }],
    ];
  it.each(cases)("after %j: %j changes %j", async (setUp, code, expected) => {
    await using test = await openSession(runtime);
    await test.run(setUp);
    const { changes } = await test.run(code, { trackChanges: true });
    expect(changes).toEqual({ added: [], changed: [], removed: [], modules: [], ...expected });
    expect((await test.run("z=1")).changes).toBeNull();
  });

  it("leaves status, traps, output and interrupts as they are", async () => {
    await using test = await openSession(runtime);
    const track = { trackChanges: true };
    expect(await test.run("(exit 7)", track)).toMatchObject({ exitCode: 7 });
    expect((await test.run('echo "$?"', track)).out).toBe("7\n");
    expect((await test.run("trap 'echo bye' USR1; kill -USR1 $$", track)).out).toBe("bye\n");
    const execution = test.session.execute("n=1; while :; do :; done", track);
    execution.interrupt();
    expect(await execution.ended).toMatchObject({ status: "interrupted", sessionState: "kept" });
    expect((await test.run("printf %s $n", { env: { n: "2" }, ...track })).out).toBe("2");
    expect(await test.run("exit 3", track)).toMatchObject({ status: "lost", exitCode: 3 });
  });
});

describe("variables of a bash session [R8.1]", () => {
  it("are those of the user, with attributes, text and source; functions too", async () => {
    await using test = await openSession(runtime, { env: { GIVEN: "1", CHANGED: "1" } });
    expect(await test.session.variables()).toEqual([]);
    await test.run(
      "x='a b'; export E=2; declare -i n=3; arr=(1 'two'); declare -A m=([k]=v); CHANGED=2; f() { echo hi; }",
    );
    const variables = await test.session.variables({ withValues: true });
    expect(variables.map(({ name, type, value }) => [name, type, value])).toEqual([
      ["CHANGED", "declare -x", "2"],
      ["E", "declare -x", "2"],
      ["arr", "declare -a", ["1", "two"]],
      ["m", "declare -A", { k: "v" }],
      ["n", "declare -i", "3"],
      ["x", "declare --", "a b"],
      ["f", "function", null],
    ]);
    expect(variables.at(-1)?.source).toContain("echo hi");
    expect(await test.session.variable("x")).toMatchObject({ repr: 'declare -- x="a b"' });
  });

  it.each([
    ["text", 'it\'s "$x"\n\\', 'declare -p v >/dev/null; printf %s "$v"', 'it\'s "$x"\n\\'],
    ["a number", 42, "echo -n $((v + 1))", "43"],
    ["a list", ["a b", "", "c"], "printf '<%s>' \"${v[@]}\"", "<a b><><c>"],
    [
      "a map",
      { "k 1": "x", k2: "y'z" },
      'printf \'<%s>\' "${v[k 1]}" "${v[k2]}" ${#v[@]}',
      "<x><y'z><2>",
    ],
  ])("are set to %s", async (_, value, look, output) => {
    await using test = await openSession(runtime);
    await test.run("v=(old)");
    await test.session.setVariable("v", value);
    expect((await test.run(look)).out).toBe(output);
  });

  it.each([
    ["a-b", "x"],
    ["PPID", "1"],
    ["__holdfast_dir", "/"],
    ["fixed", "x"],
    ["v", { $type: "bytes", base64: "" }],
    ["v", "a\0b"],
  ])("that cannot be (%s = %j) are refused, and nothing changes", async (name, value) => {
    await using test = await openSession(runtime);
    await test.run("readonly fixed=1");
    await expect(test.session.setVariable(name, value)).rejects.toMatchObject({
      code: "invalid_request",
    });
    expect((await test.run("echo $fixed ${v-unset}")).out).toBe("1 unset\n");
  });

  it("are removed by name, or all, and `$?` stays", async () => {
    await using test = await openSession(runtime);
    await test.run("a=1; b=2; f() { :; }; (exit 3)");
    await expect(test.session.deleteVariables(["a", "z"])).rejects.toMatchObject({
      code: "variable_not_found",
    });
    await test.session.deleteVariables(["a", "f"]);
    expect((await test.run("echo $? ${a-gone} $b; type f 2>/dev/null")).out).toBe("3 gone 2\n");
    await test.session.deleteVariables();
    expect(await test.session.variables()).toEqual([]);
  });
});
