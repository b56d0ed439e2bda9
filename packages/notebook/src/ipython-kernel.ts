import { type Envelope, envelopeOf } from "./envelope.ts";
import { type EventReader, type Kernel, output, streamOutput } from "./kernel.ts";
import { mimeData } from "./mime-data.ts";
import type { NotebookEvent } from "./notebook-session.ts";
import type { OutputMessage } from "./output-list.ts";
import { plainReader, pythonInfo } from "./python-kernel.ts";

type DisplayEvent = Extract<NotebookEvent, { type: "display" }>;

/** Python cells within IPython's own shell, which `notebook_shell.py` has put into the session. */
export function ipythonKernel(pythonVersion: string): Kernel {
  return {
    name: "ipython",
    withoutIpython: null,
    languageInfo: pythonInfo(pythonVersion),
    codeOf: (source, { allowInput }) => ({
      isRefused: false,
      // A JSON text is a Python one too.
      code: `await __import__("sys").modules["holdfast_notebook"].run(${JSON.stringify(source)}, ${allowInput ? "True" : "False"})`,
    }),
    reader,
  };
}

function reader(executionCount: number): EventReader {
  const readPlain = plainReader(executionCount);
  let isTold = false; // the shell has shown what was raised: the session's own error says it once more
  return (event) => {
    if (event.type === "error") return isTold ? null : readPlain(event);
    const envelope = event.type === "display" ? envelopeOf(event.mime) : null;
    if (event.type !== "display" || envelope === null)
      return streamOutput(event) ?? readPlain(event);
    if (envelope.type === "failed") isTold = true;
    return opened(envelope, event);
  };
}

function opened(envelope: Envelope, event: DisplayEvent): OutputMessage | null {
  const data = mimeData(event.mime, "newlines" in envelope ? envelope.newlines : []);
  switch (envelope.type) {
    case "display_data": {
      const { metadata } = envelope;
      const { displayId } = event;
      if (event.update && displayId !== null) return { type: "update", displayId, data, metadata };
      return { type: "output", output: { output_type: "display_data", data, metadata }, displayId };
    }
    case "execute_result": {
      const { metadata, executionCount: execution_count } = envelope;
      return output({ output_type: "execute_result", data, metadata, execution_count });
    }
    case "error": {
      const { ename, evalue, traceback } = envelope;
      return output({ output_type: "error", ename, evalue, traceback });
    }
    case "clear_output":
      return { type: "clear", wait: envelope.wait };
    case "started":
    case "failed":
      return null;
    default:
      return envelope satisfies never;
  }
}
