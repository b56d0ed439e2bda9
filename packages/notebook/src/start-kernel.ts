import { readFileSync } from "node:fs";
import { bashKernel } from "./bash-kernel.ts";
import { type Envelope, envelopeOf } from "./envelope.ts";
import { ipythonKernel } from "./ipython-kernel.ts";
import type { Kernel } from "./kernel.ts";
import { NotebookError } from "./notebook-error.ts";
import type { NotebookSession } from "./notebook-session.ts";
import type { Notebook } from "./notebook.ts";
import { pythonKernel } from "./python-kernel.ts";

/** With which shell Python cells run: IPython's where it is installed, or never. */
export type PythonShell = "auto" | "plain";

type StartedEnvelope = Extract<Envelope, { type: "started" }>;

const shellUrl = new URL("../python/notebook_shell.py", import.meta.url);
const languages: ReadonlyMap<string, "python" | "bash"> = new Map([
  ["python", "python"],
  ["python3", "python"],
  ["ipython", "python"],
  ["bash", "bash"],
]);

/**
 * The runtime that a notebook needs, by the language of its kernel; Python where it says nothing.
 * @throws NotebookError `kernel_unsupported`
 */
export function runtimeOf({ metadata }: Notebook): "python" | "bash" {
  const { kernelspec, language_info } = metadata;
  const names = [kernelspec?.name, kernelspec?.language, language_info?.name];
  const said = names.filter((name) => name !== undefined && name !== "");
  if (said.length === 0) return "python";
  for (const name of said) {
    const runtime = languages.get(name?.toLowerCase() ?? "");
    if (runtime !== undefined) return runtime;
  }
  throw new NotebookError(
    "kernel_unsupported",
    `notebook: kernel ${JSON.stringify(said[0])} received, kernels of Python and bash allowed`,
  );
}

/** Makes the session ready for the cells of a notebook. */
export async function startKernel(
  session: NotebookSession,
  runtime: "python" | "bash",
  shell: PythonShell,
): Promise<Kernel> {
  if (runtime === "bash") return bashKernel;
  const { python, ipython, reason } = await startShell(session, shell === "auto");
  return ipython === null ? pythonKernel(python, reason ?? "") : ipythonKernel(python);
}

/** Runs the shell's own code, which leaves no name behind. */
async function startShell(
  session: NotebookSession,
  wantsIpython: boolean,
): Promise<StartedEnvelope> {
  const source = JSON.stringify(readFileSync(shellUrl, "utf8"));
  const code = `(lambda names: (exec(compile(${source}, "<holdfast notebook>", "exec"), names), names["start"](${wantsIpython ? "True" : "False"}), None)[2])({"__name__": "holdfast_notebook"})`;
  let failure = "";
  let started: StartedEnvelope | null = null;
  for await (const event of session.execute(code, { timeoutMs: null, allowInput: false })) {
    const envelope = event.type === "display" ? envelopeOf(event.mime) : null;
    if (envelope?.type === "started") started = envelope;
    if (event.type === "error") failure = `: ${event.name}: ${event.message}`;
  }
  if (started !== null) return started;
  throw new NotebookError(
    "kernel_unsupported",
    `notebook: the session cannot run notebooks${failure}`,
  );
}
