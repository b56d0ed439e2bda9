import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pythonRuntime } from "@holdfast/adapter-python";
import { createClient } from "@holdfast/client";
import { executeNotebook, readNotebook, runtimeOf, writeNotebook } from "@holdfast/notebook";
import { describe, expect, it } from "vitest";
import { repository } from "../support/repository.ts";
import { testServer } from "../server/test-server.ts";
import { debianPython as executable, hasDebianModules } from "./debian-python.ts";
import { equalised, readDifferences } from "./differences.ts";
import { executeByJupyter } from "./execute-by-jupyter.ts";

const isThere = hasDebianModules("nbclient", "ipykernel", "nbformat", "matplotlib");

describe.skipIf(!isThere)("notebooks over HTTP, with the client", () => {
  it.for(["matplotlib", "errors"])("%s is what Jupyter makes of it", async (name) => {
    const path = join(repository, "tests/notebook/fixtures", `${name}.ipynb`);
    const notebook = readNotebook(readFileSync(path, "utf8"));
    await using server = await testServer({}, { runtimes: [pythonRuntime({ executable })] });
    const client = createClient({ baseUrl: `http://127.0.0.1:${server.port}` });
    await using session = await client.sessions.create({ runtime: runtimeOf(notebook) });
    await executeNotebook(notebook, session);
    const known = readDifferences();
    expect(equalised(writeNotebook(notebook), known)).toEqual(
      equalised(executeByJupyter(path, []), known),
    );
  });

  it("answers input() of a notebook", async () => {
    const path = join(repository, "tests/notebook/fixtures/input.ipynb");
    const notebook = readNotebook(readFileSync(path, "utf8"));
    await using server = await testServer({}, { runtimes: [pythonRuntime({ executable })] });
    const client = createClient({ baseUrl: `http://127.0.0.1:${server.port}` });
    await using session = await client.sessions.create({ runtime: runtimeOf(notebook) });
    const asked: string[] = [];
    const run = await executeNotebook(notebook, session, {
      onInput({ prompt, password }) {
        asked.push(password ? "(secret)" : prompt);
        return "7";
      },
    });
    expect(run.status).toBe("ok");
    expect(asked).toEqual(["Your name? ", "number 1: ", "number 2: ", "(secret)", ""]);
  });
});
