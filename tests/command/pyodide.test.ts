import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer } from "../support/live-server.ts";
import { findCommand } from "../support/requires.ts";
import { holdfast } from "./holdfast.ts";

// A machine that has Node, and of all languages none but Perl.
describe("on a machine without CPython", { timeout: 120_000 }, () => {
  let folder: string;
  let bare: { readonly PATH: string };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "command-pyodide-"));
    mkdirSync(join(folder, "bin"));
    symlinkSync(findCommand("perl") ?? "", join(folder, "bin/perl"));
    writeFileSync(join(folder, "a.py"), "import sys; print(6 * 7, sys.platform)");
    bare = { PATH: join(folder, "bin") };
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("holdfast exec says that there is none, and that Pyodide can be chosen [R9.7]", async () => {
    const { code, stdout, stderr } = await holdfast(["exec", join(folder, "a.py")], { env: bare });
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(
      /python3.*ENOENT.*apt-get install python3.*Pyodide 314[\d.]+ is installed/,
    );
    expect(stderr).toContain("HOLDFAST_PYTHON_ENGINE=pyodide");
  });

  it("HOLDFAST_PYTHON_ENGINE=pyodide runs Python there [R9.7]", async () => {
    const env = { ...bare, HOLDFAST_PYTHON_ENGINE: "pyodide" };
    expect(await holdfast(["exec", join(folder, "a.py")], { env })).toEqual({
      code: 0,
      stdout: "42 emscripten\n",
      stderr: "",
    });
  });

  it("holdfast doctor and runtimes tell which Python there is", async () => {
    const env = { ...bare, HOLDFAST_PYTHON_ENGINE: "pyodide" };
    const doctor = await holdfast(["doctor", "--json"], { env });
    const checks = JSON.parse(doctor.stdout) as readonly { readonly name: string }[];
    expect(checks.find(({ name }) => name === "python")).toMatchObject({
      status: "ok",
      detail: expect.stringMatching(/^3\.14\.\d+ in Pyodide, a session works/) as unknown,
    });
    const { stdout } = await holdfast(["runtimes"], { env });
    expect(stdout).toMatch(/^python \(pyodide\) +3\.14\.\d+ +\/.*pyodide$/m);
  });

  it("a server has it as python, and says so [R9.7]", async () => {
    await using server = await startServer({
      env: { ...bare, HOLDFAST_PYTHON_ENGINE: "pyodide", HOLDFAST_WARM: "0" },
    });
    const listed = await fetch(`${server.url}/v1/runtimes`);
    const { items } = (await listed.json()) as { readonly items: readonly object[] };
    expect(items).toContainEqual(
      expect.objectContaining({ name: "python", engine: "pyodide", available: true }),
    );
    const body = JSON.stringify({ runtime: "python", code: "import sys; sys.platform" });
    const headers = { "content-type": "application/json" };
    const ran = await fetch(`${server.url}/v1/run`, { method: "POST", headers, body });
    expect(await ran.json()).toMatchObject({ status: "ok", result: { value: "emscripten" } });
  });

  it("another engine is refused by name", async () => {
    const env = { HOLDFAST_PYTHON_ENGINE: "jython" };
    for (const words of [
      ["exec", "-r", "python", "-c", "1"],
      ["runtimes"],
      ["serve", "--memory"],
    ]) {
      const { code, stderr } = await holdfast(words, { env });
      expect([0, null]).not.toContain(code);
      expect(stderr).toContain(
        'HOLDFAST_PYTHON_ENGINE: received "jython", allowed cpython, pyodide',
      );
    }
  });
});
