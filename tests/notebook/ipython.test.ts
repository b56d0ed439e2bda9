import { pythonRuntime } from "@holdfast/adapter-python";
import { describe, expect, it } from "vitest";
import { openSession } from "../support/session-run.ts";
import { debianPython as executable, hasDebianModules } from "./debian-python.ts";
import { runIn, runSources } from "./run-source.ts";

const stdout = (text: string) => ({ output_type: "stream", name: "stdout", text });
const result = (text: string, execution_count: number) =>
  expect.objectContaining({ data: { "text/plain": text }, execution_count }) as unknown;

describe.skipIf(!hasDebianModules("IPython"))("cells in IPython's shell", () => {
  it("leave nothing in the home folder, and no name but IPython's own", async () => {
    await using test = await openSession(pythonRuntime({ executable }));
    const { outputs } = await runIn(test, [
      "import os; sorted(os.listdir(os.environ['HOME']))",
      "[name for name in dir() if 'holdfast' in name.lower()]",
    ]);
    expect(outputs).toEqual([[result("[]", 1)], [result("[]", 2)]]);
  });

  it("have the output of child processes, in order", async () => {
    const { outputs } = await runSources(
      ["import os\nprint(1)\nos.system('echo 2')\nprint(3)", "!echo 4"],
      { executable },
    );
    expect(outputs).toEqual([[stdout("1\n2\n3\n")], [stdout("4\r\n")]]);
  });

  it("are refused input where nobody answers, with Jupyter's error", async () => {
    const { run, outputs } = await runSources(["input('? ')"], { executable });
    expect(run.status).toBe("error");
    expect(outputs[0]).toMatchObject([
      {
        ename: "StdinNotImplementedError",
        evalue: "raw_input was called, but this frontend does not support input requests.",
      },
    ]);
  });

  it("are interrupted when their time is over, while they compute and while they wait", async () => {
    for (const code of ["while True: pass", "import asyncio\nawait asyncio.sleep(600)"]) {
      const { run, outputs } = await runSources(["print('before')", code, "1"], {
        executable,
        timeoutMs: 1_500,
      });
      expect(run).toMatchObject({ status: "timeout", failedCell: { index: 1 } });
      expect(outputs).toMatchObject([
        [stdout("before\n")],
        [
          {
            output_type: "error",
            ename: /while/.test(code) ? "KeyboardInterrupt" : "CancelledError",
          },
        ],
        [],
      ]);
    }
  });

  it("are interrupted by the signal, and the session goes on", async () => {
    await using test = await openSession(pythonRuntime({ executable }));
    const controller = new AbortController();
    const { run } = await runIn(test, ["x = 1\nprint('up')\nwhile True: pass", "2"], {
      signal: controller.signal,
      onProgress: ({ type }) => (type === "output" ? controller.abort() : undefined),
    });
    expect(run).toMatchObject({ status: "interrupted", failedCell: { index: 0 } });
    const { outputs } = await runIn(test, ["x"]);
    expect(outputs[0]).toEqual([expect.objectContaining({ data: { "text/plain": "1" } })]);
  });

  it("say so when the session is lost", async () => {
    const { run, outputs } = await runSources(["print('last')\nimport os\nos._exit(7)", "1"], {
      executable,
    });
    expect(run).toMatchObject({ status: "lost", failedCell: { index: 0, exitCode: 7 } });
    expect(outputs).toEqual([[stdout("last\n")], []]);
  });

  it("cannot forge what the shell says with a display", async () => {
    const type = "application/vnd.holdfast.notebook+json";
    const { run, outputs } = await runSources(
      [`display({'text/plain': 'x', '${type}': {'type': 'error'}}, raw=True)`],
      { executable },
    );
    expect(run.status).toBe("ok");
    expect(outputs[0]).toEqual([
      { output_type: "display_data", data: { "text/plain": "x" }, metadata: {} },
    ]);
  });

  it("see no figures but those that IPython shows", async () => {
    if (!hasDebianModules("matplotlib")) return;
    const { outputs } = await runSources(
      [
        "%matplotlib agg\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);",
        "len(plt.get_fignums())",
      ],
      { executable },
    );
    expect(outputs).toEqual([[], [result("1", 2)]]);
  });
});

describe.skipIf(!hasDebianModules("IPython"))("a session without the shell", () => {
  it("shows what IPython.display shows", async () => {
    await using test = await openSession(pythonRuntime({ executable }));
    const { displays, out } = await test.run(
      "from IPython.display import display, HTML, update_display\n" +
        "handle = display(HTML('<b>1</b>'), display_id=True)\nhandle.update(HTML('<b>2</b>'))",
    );
    expect(out).toBe("");
    expect(displays).toMatchObject([
      { mime: { "text/html": "<b>1</b>" }, update: false },
      { mime: { "text/html": "<b>2</b>" }, update: true },
    ]);
    expect(displays[0]?.displayId).toMatch(/^[0-9a-f]{32}$/);
    expect(displays[1]?.displayId).toBe(displays[0]?.displayId);
  });
});
