import { bashRuntime } from "@holdfast/adapter-bash";
import { describe, expect, it } from "vitest";
import { debianPython, hasDebianModules } from "./debian-python.ts";
import { runSources } from "./run-source.ts";

const plain = { pythonShell: "plain" } as const;
const stdout = (text: string) => ({ output_type: "stream", name: "stdout", text });

describe("cells without IPython", () => {
  it("give streams, results, displays with updates, and keep their state", async () => {
    const { run, outputs } = await runSources(
      [
        "x = 20\nprint('hello')\nx * 2 + 2",
        "_ + 1",
        "display({'text/html': '<b>1</b>'}, raw=True, display_id='d')",
        "display({'text/html': '<b>2</b>'}, raw=True, display_id='d', update=True)",
        "import asyncio\nawait asyncio.sleep(0, 'awaited')",
        "'hidden';",
      ],
      plain,
    );
    expect(run).toMatchObject({ status: "ok", kernel: "python" });
    const result = (text: string, execution_count: number) => ({
      output_type: "execute_result",
      data: { "text/plain": text },
      metadata: {},
      execution_count,
    });
    expect(outputs).toEqual([
      [stdout("hello\n"), result("42", 1)],
      [result("43", 2)],
      [{ output_type: "display_data", data: { "text/html": "<b>2</b>" }, metadata: {} }],
      [],
      [result("'awaited'", 5)],
      [],
    ]);
  });

  it("fail with Python's traceback", async () => {
    const { run, outputs } = await runSources(["import json\njson.loads('{')"], plain);
    expect(run.failedCell).toMatchObject({ index: 0, status: "error" });
    const [error] = outputs[0] ?? [];
    expect(error).toMatchObject({
      ename: "JSONDecodeError",
      evalue: expect.stringContaining("line 1 column 2") as string,
      traceback: expect.arrayContaining(["Traceback (most recent call last):"]) as string[],
    });
  });

  it("run commands and change the folder as IPython's syntax says", async () => {
    const { outputs } = await runSources(
      ['!echo "it\'s"', "%cd /\nimport os\nos.getcwd()", "%%bash\necho $((6 * 7))\n"],
      plain,
    );
    expect(outputs).toMatchObject([
      [stdout("it's\n")],
      [{ data: { "text/plain": "'/'" } }],
      [stdout("42\n")],
    ]);
  });

  it("answer input()", async () => {
    const answers = ["Ada", null];
    const { outputs } = await runSources(["input('name? ')", "input()"], {
      ...plain,
      onInput: () => answers.shift() ?? null,
    });
    expect(outputs).toMatchObject([[{ data: { "text/plain": "'Ada'" } }], [{ ename: "EOFError" }]]);
  });

  it("are interrupted when their time is over", async () => {
    const { run } = await runSources(["while True: pass"], { ...plain, timeoutMs: 300 });
    expect(run.status).toBe("timeout");
  });

  it.skipIf(!hasDebianModules("matplotlib", "pandas"))("show figures and tables", async () => {
    const { outputs } = await runSources(
      [
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);",
        "import pandas\npandas.DataFrame({'a': [1]})",
      ],
      { ...plain, executable: debianPython },
    );
    expect(outputs).toMatchObject([
      [
        {
          data: {
            "text/plain": "<Figure size 640x480 with 1 Axes>",
            "image/png": expect.stringMatching(/^iVBOR/) as string,
          },
        },
      ],
      [
        {
          data: {
            "text/plain": "   a\n0  1",
            "text/html": expect.stringContaining("<table") as string,
          },
        },
      ],
    ]);
  });
});

describe("cells of bash", () => {
  it("keep their state, and fail with their exit code", async () => {
    const { run, outputs } = await runSources(
      ["x=5; cd /", 'echo "$x $PWD"', "(exit 3)", "echo no"],
      {
        kernel: "bash",
        runtime: bashRuntime(),
      },
    );
    expect(run).toMatchObject({ status: "error", kernel: "bash", failedCell: { index: 2 } });
    expect(outputs).toEqual([
      [],
      [stdout("5 /\n")],
      [{ output_type: "error", ename: "", evalue: "3", traceback: [] }],
      [],
    ]);
  });

  it("cannot be run in a session of another runtime", async () => {
    await expect(runSources(["1"], { runtime: bashRuntime() })).rejects.toMatchObject({
      code: "kernel_unsupported",
    });
  });
});
