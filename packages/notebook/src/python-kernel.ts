import { type EventReader, type Kernel, output, streamOutput } from "./kernel.ts";
import { mimeData } from "./mime-data.ts";
import { translateMagics } from "./translate-magics.ts";

/** Python cells as the session runs them: without IPython, for that reason. */
export function pythonKernel(pythonVersion: string, reason: string): Kernel {
  return {
    name: "python",
    withoutIpython: reason,
    languageInfo: pythonInfo(pythonVersion),
    codeOf(source) {
      const translated = translateMagics(source);
      if (translated.refused === null) return { isRefused: false, code: translated.code };
      const evalue = `${translated.refused} needs IPython in the Python of the session: pip install ipython`;
      const traceback = [`UsageError: ${evalue}`];
      const error = { output_type: "error", ename: "UsageError", evalue, traceback } as const;
      return { isRefused: true, error: { ...error, traceback } };
    },
    reader: plainReader,
  };
}

/** What ipykernel says of Python. */
export function pythonInfo(version: string): Readonly<Record<string, unknown>> {
  return {
    codemirror_mode: { name: "ipython", version: 3 },
    file_extension: ".py",
    mimetype: "text/x-python",
    name: "python",
    nbconvert_exporter: "python",
    pygments_lexer: "ipython3",
    version,
  };
}

/** Reads events as every session gives them. */
export function plainReader(executionCount: number): EventReader {
  return (event) => {
    switch (event.type) {
      case "display": {
        const { displayId, update } = event;
        const data = mimeData(event.mime);
        if (update && displayId !== null) return { type: "update", displayId, data, metadata: {} };
        const shown = { output_type: "display_data", data, metadata: {} } as const;
        return { type: "output", output: shown, displayId };
      }
      case "result":
        return output({
          output_type: "execute_result",
          data: mimeData(event.mime),
          metadata: {},
          execution_count: executionCount,
        });
      case "error":
        return output({
          output_type: "error",
          ename: event.name.slice(event.name.lastIndexOf(".") + 1), // Jupyter's has no module
          evalue: event.message,
          traceback: event.text.replace(/\n$/, "").split("\n"),
        });
      default:
        return streamOutput(event);
    }
  };
}
