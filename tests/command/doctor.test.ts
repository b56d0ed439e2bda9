import { createServer } from "node:http";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { startServer } from "../support/live-server.ts";
import { findCommand } from "../support/requires.ts";
import { holdfast } from "./holdfast.ts";

interface Check {
  readonly name: string;
  readonly status: string;
  readonly detail: string;
  readonly advice: string | null;
}

async function doctor(
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number | null; checks: Map<string, Check> }> {
  const { code, stdout } = await holdfast(["doctor", "--json"], { env });
  const checks = JSON.parse(stdout) as readonly Check[];
  return { code, checks: new Map(checks.map((check) => [check.name, check])) };
}

it("doctor says what works, having tried a session of each runtime", async () => {
  const { code, stdout, stderr } = await holdfast(["doctor"]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^System\n {2}✓ node +\d+\.\d+\.\d+\n/);
  for (const name of ["guard", "tmp folder", "bash", "python"])
    expect(stdout).toContain(`✓ ${name}`);
  expect(stdout).toContain("a session works");
  expect(stdout).toContain("\nEverything essential works.");
});

it("doctor tells a server of ours on the port from another program", async () => {
  await using server = await startServer();
  const ours = await doctor({ PORT: new URL(server.url).port });
  expect(ours.checks.get("port")).toMatchObject({
    status: "ok",
    detail: expect.stringContaining("a server runs there") as unknown,
  });
  const other = createServer((_request, response) => response.end("other")).listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const theirs = await doctor({ PORT: String(port) });
  expect(theirs.checks.get("port")).toMatchObject({
    status: "warning",
    advice: expect.stringContaining("--port") as unknown,
  });
  expect(theirs.code).toBe(0);
  other.close();
});

it("doctor ends with 1 where nothing can run, and says what to install", async () => {
  const folder = mkdtempSync(join(tmpdir(), "command-doctor-"));
  const bare = join(folder, "bin");
  mkdirSync(bare);
  const bash = findCommand("bash") ?? "";
  symlinkSync(bash, join(bare, "bash"));
  const { code, checks } = await doctor({ PATH: bare, HOLDFAST_DATA_DIR: "/proc/nowhere" });
  expect(code).toBe(1);
  expect(checks.get("guard")).toMatchObject({
    status: "failure",
    advice: expect.stringContaining("perl-base") as unknown,
  });
  expect(checks.get("bash")?.status).toBe("failure");
  expect(checks.get("python")).toMatchObject({
    status: "warning",
    advice: expect.stringContaining("apt-get") as unknown,
  });
  expect(checks.get("sessions")?.status).toBe("failure");
  expect(checks.get("data folder")?.status).toBe("warning");
  rmSync(folder, { recursive: true });
});

it("bench measures start, latency and throughput of each runtime, here and of a server", async () => {
  await using server = await startServer();
  for (const env of [{}, { HOLDFAST_URL: server.url }]) {
    const { code, stdout, stderr } = await holdfast(["bench", "-n", "3", "--json"], { env });
    expect([code, stderr]).toEqual([0, ""]);
    const { where, figures } = JSON.parse(stdout) as {
      readonly where: string;
      readonly figures: readonly {
        readonly name: string;
        readonly unit: string;
        readonly median: number;
      }[];
    };
    expect(where).toBe(env.HOLDFAST_URL ?? "in this process");
    const ofEach = ["bash", "python", "javascript"].flatMap(() => ["ms", "ms", "MB/s"]);
    expect(figures.map(({ unit }) => unit)).toEqual(ofEach);
    for (const { median } of figures) expect(median).toBeGreaterThan(0);
  }
  const { stdout } = await holdfast(["bench", "-n", "3"]);
  expect(stdout).toMatch(/^WHAT +MEDIAN +P95 +WORST +ROUNDS\nbash: a session from nothing/);
});
