import { describe, expect, it } from "vitest";
import { envelopeType } from "./envelope.ts";
import { type NotebookProgress, executeNotebook } from "./execute-notebook.ts";
import type { NotebookEvent, NotebookSession } from "./notebook-session.ts";
import type { Notebook } from "./notebook.ts";

type Ended = Extract<NotebookEvent, { type: "completed" }>;
type Script = Readonly<Record<string, readonly NotebookEvent[]>>;

const ok: Ended = { type: "completed", status: "ok", exitCode: null, signal: null };
const failed: readonly NotebookEvent[] = [
  { type: "error", name: "pkg.Wrong", message: "no", text: "Traceback\npkg.Wrong: no\n" },
  { ...ok, status: "error" },
];

/** A session of plain Python that answers code with what a script says; it is told when it is interrupted, or answered. */
function scriptedSession(script: Script) {
  const sent: string[] = [];
  const inputs: (string | null)[] = [];
  const interrupted = Promise.withResolvers<void>();
  const session: NotebookSession = {
    execute(code) {
      const isStart = code.startsWith("(lambda");
      if (!isStart) sent.push(code);
      return {
        async *[Symbol.asyncIterator]() {
          if (isStart) yield started;
          for (const event of isStart ? [] : (script[code] ?? [])) {
            if (event.type === "heartbeat") await interrupted.promise;
            yield event;
          }
          const last = script[code]?.at(-1);
          if (isStart || last?.type !== "completed") yield ok;
        },
        input: async (data, options) => void inputs.push(options?.close === true ? null : data),
        interrupt: async () => interrupted.resolve(),
      };
    },
  };
  return { session, sent, inputs };
}

const started: NotebookEvent = {
  type: "display",
  mime: {
    [envelopeType]: '{"type":"started","python":"3.12.1","ipython":null,"reason":"not there"}',
  },
  displayId: null,
  update: false,
};

function notebookOf(...cells: readonly (string | readonly [string, ...string[]])[]): Notebook {
  return {
    nbformat: 4,
    nbformat_minor: 4,
    metadata: {},
    cells: cells.map((cell) => {
      const [source, ...tags] = typeof cell === "string" ? [cell] : cell;
      const old = { output_type: "stream" as const, name: "stdout", text: "old" };
      const state = { outputs: [old], execution_count: 99 };
      return { cell_type: "code", metadata: { tags }, source, ...state };
    }),
  };
}

function countsOf({ cells }: Notebook): (number | null)[] {
  return cells.map((cell) => (cell.cell_type === "code" ? cell.execution_count : null));
}

function outputsOf({ cells }: Notebook, index: number): unknown {
  const cell = cells[index];
  return cell?.cell_type === "code" ? cell.outputs : null;
}

describe("executeNotebook()", () => {
  it("counts what it runs; leaves empty cells, and those with skip-execution, as they are", async () => {
    const { session, sent } = scriptedSession({});
    const notebook = notebookOf("a", " \n", ["b", "skip-execution"], "c");
    notebook.cells.push({ cell_type: "markdown", metadata: {}, source: "text" });
    const run = await executeNotebook(notebook, session);
    expect(run).toMatchObject({ status: "ok", kernel: "python", failedCell: null });
    expect(run.withoutIpython).toBe("not there");
    expect(sent).toEqual(["a", "c"]);
    expect(countsOf(notebook)).toEqual([1, 99, 99, 2, null]);
    expect(outputsOf(notebook, 0)).toEqual([]);
    expect(notebook.metadata.language_info).toMatchObject({ name: "python", version: "3.12.1" });
  });

  it("ends at the first error, and leaves what comes behind as it was", async () => {
    const { session, sent } = scriptedSession({ b: failed });
    const notebook = notebookOf("a", "b", "c");
    const run = await executeNotebook(notebook, session);
    expect(run).toMatchObject({ status: "error", failedCell: { index: 1, executionCount: 2 } });
    expect(sent).toEqual(["a", "b"]);
    expect(outputsOf(notebook, 1)).toEqual([
      {
        output_type: "error",
        ename: "Wrong",
        evalue: "no",
        traceback: ["Traceback", "pkg.Wrong: no"],
      },
    ]);
    expect(countsOf(notebook)).toEqual([1, 2, 99]);
  });

  it("goes on where a cell may fail", async () => {
    const tagged = scriptedSession({ a: failed });
    const first = await executeNotebook(notebookOf(["a", "raises-exception"], "b"), tagged.session);
    expect(first).toMatchObject({ status: "ok", cells: [{ status: "error" }, { status: "ok" }] });
    const allowed = scriptedSession({ a: failed, b: failed });
    const second = await executeNotebook(notebookOf("a", "b"), allowed.session, {
      allowErrors: true,
    });
    expect(second).toMatchObject({
      status: "ok",
      cells: [{ status: "error" }, { status: "error" }],
    });
  });

  it.for(["timeout", "interrupted", "lost"] as const)(
    "ends with %s, whatever errors are allowed",
    async (status) => {
      const { session, sent } = scriptedSession({ a: [{ ...ok, status, exitCode: 3 }] });
      const run = await executeNotebook(notebookOf(["a", "raises-exception"], "b"), session, {
        allowErrors: true,
      });
      expect(run).toMatchObject({ status, failedCell: { index: 0, exitCode: 3 } });
      expect(sent).toEqual(["a"]);
    },
  );

  it("runs the cells of a range that have one of the tags", async () => {
    const { session, sent } = scriptedSession({});
    const cells = notebookOf(["a", "x"], ["b", "x"], "c", ["d", "y"], ["e", "y"]);
    await executeNotebook(cells, session, { from: 1, to: 4, tags: ["x", "y"] });
    expect(sent).toEqual(["b", "d"]);
  });

  it.for([{ from: -1 }, { from: 2, to: 1 }, { to: 4 }, { from: 0.5 }])(
    "refuses the range %j",
    async (range) => {
      const { session } = scriptedSession({});
      await expect(
        executeNotebook(notebookOf("a", "b", "c"), session, range),
      ).rejects.toMatchObject({
        code: "invalid_request",
        message: expect.stringMatching(/allowed 0 to 3/) as string,
      });
    },
  );

  it("answers what a cell asks for, to the end of the input", async () => {
    const ask: NotebookEvent = { type: "input_request", prompt: "? ", password: false };
    const { session, inputs } = scriptedSession({ a: [ask, { ...ask, password: true }] });
    const asked: unknown[] = [];
    await executeNotebook(notebookOf("a"), session, {
      onInput({ prompt, password }) {
        asked.push([prompt, password]);
        return password ? null : "answer";
      },
    });
    expect(asked).toEqual([
      ["? ", false],
      ["? ", true],
    ]);
    expect(inputs).toEqual(["answer", null]);
  });

  it("is interrupted by its signal, also while it waits for an answer", async () => {
    const stopped: readonly NotebookEvent[] = [
      { type: "input_request", prompt: "", password: false },
      { type: "heartbeat" },
      { ...ok, status: "interrupted" },
    ];
    const { session, sent, inputs } = scriptedSession({ a: stopped });
    const controller = new AbortController();
    const run = await executeNotebook(notebookOf("a", "b"), session, {
      signal: controller.signal,
      async onInput() {
        controller.abort();
        return new Promise(() => undefined);
      },
    });
    expect(run).toMatchObject({ status: "interrupted", failedCell: { index: 0 } });
    expect(sent).toEqual(["a"]);
    expect(inputs).toEqual([]);
  });

  it("runs nothing when its signal is aborted before", async () => {
    const { session, sent } = scriptedSession({});
    const run = await executeNotebook(notebookOf("a"), session, { signal: AbortSignal.abort() });
    expect(run).toMatchObject({ status: "interrupted", failedCell: null, cells: [] });
    expect(sent).toEqual([]);
  });

  it("interrupts the cell and throws what an answer throws", async () => {
    const ask: NotebookEvent = { type: "input_request", prompt: "", password: false };
    const { session } = scriptedSession({ a: [ask] });
    const onInput = (): string => {
      throw new Error("no terminal");
    };
    await expect(executeNotebook(notebookOf("a"), session, { onInput })).rejects.toThrow(
      "no terminal",
    );
  });

  it("tells each step", async () => {
    const { session } = scriptedSession({ b: [{ type: "stdout", text: "1" }] });
    const steps: string[] = [];
    await executeNotebook(notebookOf("a", "", "b"), session, {
      onProgress: ({ type, index, number, total, ended }: NotebookProgress) =>
        steps.push(`${type} ${index} ${number}/${total} ${ended?.status ?? "-"}`),
    });
    expect(steps).toEqual([
      "cell_started 0 1/2 -",
      "cell_ended 0 1/2 ok",
      "cell_started 2 2/2 -",
      "output 2 2/2 -",
      "cell_ended 2 2/2 ok",
    ]);
  });

  it("writes timings as nbclient does, unless it should not", async () => {
    const { session } = scriptedSession({});
    const notebook = notebookOf("a");
    await executeNotebook(notebook, session);
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/) as string;
    expect(notebook.cells[0]?.metadata["execution"]).toEqual({
      "iopub.status.busy": time,
      "iopub.execute_input": time,
      "iopub.status.idle": time,
      "shell.execute_reply": time,
    });
    const without = notebookOf("a");
    await executeNotebook(without, session, { recordTiming: false });
    expect(without.cells[0]?.metadata).not.toHaveProperty("execution");
  });

  it("refuses what plain Python does not have, without sending it", async () => {
    const { session, sent } = scriptedSession({});
    const notebook = notebookOf("%timeit 1");
    const run = await executeNotebook(notebook, session);
    expect(run.status).toBe("error");
    expect(sent).toEqual([]);
    expect(outputsOf(notebook, 0)).toMatchObject([
      { ename: "UsageError", evalue: expect.stringContaining("%timeit needs IPython") as string },
    ]);
  });

  it("takes an exit code of bash for an error, as bash_kernel does", async () => {
    const { session } = scriptedSession({ false: [{ ...ok, exitCode: 1 }] });
    const notebook = notebookOf("false");
    notebook.metadata.kernelspec = { name: "bash" };
    const run = await executeNotebook(notebook, session);
    expect(run).toMatchObject({ status: "error", kernel: "bash", failedCell: { exitCode: 1 } });
    expect(outputsOf(notebook, 0)).toEqual([
      { output_type: "error", ename: "", evalue: "1", traceback: [] },
    ]);
    expect(notebook.metadata.language_info?.name).toBe("bash");
  });

  it.for([
    [{ kernelspec: { name: "ir", language: "R" } }, /kernel "ir" received/],
    [{ language_info: { name: "julia" } }, /kernel "julia" received/],
  ] as const)("refuses the kernel of %j", async ([metadata, message]) => {
    const { session } = scriptedSession({});
    const notebook = { ...notebookOf("a"), metadata };
    await expect(executeNotebook(notebook, session)).rejects.toMatchObject({
      code: "kernel_unsupported",
      message: expect.stringMatching(message) as string,
    });
  });

  it("takes environments of Python by their language", async () => {
    const { session } = scriptedSession({});
    const notebook = notebookOf("a");
    notebook.metadata.kernelspec = { name: "my-env", language: "python" };
    expect((await executeNotebook(notebook, session)).status).toBe("ok");
  });
});
