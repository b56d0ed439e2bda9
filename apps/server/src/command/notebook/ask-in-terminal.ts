import type { InputRequest } from "@holdfast/notebook";
import { LineReader } from "../repl/line-reader.ts";

/** Asks for one line in the terminal; `null` is the end (Ctrl-D), Ctrl-C interrupts us as everywhere. */
export async function askInTerminal({ prompt, password }: InputRequest): Promise<string | null> {
  using reader = new LineReader({
    input: process.stdin,
    output: process.stderr,
    history: [],
    onHistory: () => {},
    complete: async (line) => [[], line],
    onInterrupt: () => {},
  });
  const answer = await reader.read({ prompt, isCode: false, isSecret: password });
  if (answer.type === "interrupt") process.kill(process.pid, "SIGINT");
  return answer.type === "line" ? answer.text : null;
}
