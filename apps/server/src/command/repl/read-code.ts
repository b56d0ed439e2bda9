import type { LineReader } from "./line-reader.ts";
import type { Language } from "./language.ts";

/** Code as it was typed, or what happened in place of it. */
export type TypedCode =
  | { readonly type: "code"; readonly code: string }
  | { readonly type: "interrupt" }
  | { readonly type: "end" };

/** Reads lines until they are whole. `onLines` is told of those that are there, for completion. */
export async function readCode(
  reader: LineReader,
  language: Language,
  { paint, onLines }: { paint: (prompt: string) => string; onLines: (before: string) => void },
): Promise<TypedCode> {
  const lines: string[] = [];
  for (;;) {
    onLines(lines.map((line) => `${line}\n`).join(""));
    const isFirst = lines.length === 0;
    const prompt = paint(isFirst ? language.prompt : language.continuation);
    const answer = await reader.read({ prompt });
    if (answer.type === "interrupt") return answer;
    if (answer.type === "end") {
      // A pipe may end within a block, or without a line break.
      if (isFirst || reader.isTerminal) return answer;
      return { type: "code", code: lines.join("\n") };
    }
    lines.push(answer.text);
    const code = lines.join("\n");
    if (code.trim() === "") return { type: "code", code: "" };
    if (!answer.isPasted && language.isComplete(code)) return { type: "code", code };
  }
}
