import { isCompleteBash } from "./is-complete-bash.ts";
import { isCompleteJavaScript } from "./is-complete-javascript.ts";
import { isCompletePython } from "./is-complete-python.ts";

/** How code of a runtime is asked for and shown. */
export interface Language {
  readonly prompt: string;
  readonly continuation: string;
  readonly isComplete: (code: string) => boolean;
  /** Whether the code asks for a line of input; else it reads its standard input as it likes. */
  readonly asksForInput: boolean;
}

/** Of a runtime by its name; of one that is not known every line is complete. */
export function languageOf(runtime: string): Language {
  switch (runtime) {
    case "python":
      return {
        prompt: ">>> ",
        continuation: "... ",
        isComplete: isCompletePython,
        asksForInput: true,
      };
    case "javascript":
      return {
        prompt: "> ",
        continuation: "... ",
        isComplete: isCompleteJavaScript,
        asksForInput: true,
      };
    case "bash":
      return { prompt: "$ ", continuation: "> ", isComplete: isCompleteBash, asksForInput: false };
    default:
      return { prompt: "> ", continuation: ". ", isComplete: () => true, asksForInput: true };
  }
}
