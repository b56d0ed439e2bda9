import { pythonLanguage } from "@codemirror/lang-python";
import { StreamLanguage, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { typescript } from "@codemirror/legacy-modes/mode/javascript";
import { shell } from "@codemirror/legacy-modes/mode/shell";
import type { Extension } from "@codemirror/state";
import { classHighlighter } from "@lezer/highlight";

const scriptLanguage = StreamLanguage.define(typescript);
const shellLanguage = StreamLanguage.define(shell);

/** What a runtime's language looks like, and how it is indented. */
export function languageOf(runtime: string): Extension {
  const colours = syntaxHighlighting(classHighlighter);
  if (runtime === "python") return [pythonLanguage, colours, indentUnit.of("    ")];
  if (runtime === "javascript") return [scriptLanguage, colours, indentUnit.of("  ")];
  if (runtime === "bash") return [shellLanguage, colours, indentUnit.of("  ")];
  return [];
}
