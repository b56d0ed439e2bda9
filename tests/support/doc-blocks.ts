import { readFileSync } from "node:fs";

/** A code block of a document that is marked as runnable. */
export interface DocBlock {
  /** `ts`, `bash`, `sh` or `python`. */
  readonly language: string;
  /** Of its first line of code, from 1. */
  readonly line: number;
  readonly code: string;
  /** Whether it is a test file, for vitest: its info string has the word `vitest`, too. */
  readonly isTest: boolean;
  /** What it must print, when a block marked `output` follows it; `…` stands for anything. */
  readonly output: string | null;
}

/**
 * The blocks of a Markdown file whose info string has the word `run` after the language, as in "```ts run". A block with
 * the word `output`, as in "```text output", tells what the runnable one before it prints.
 * @throws Error for an `output` that follows nothing, and for a block that does not end
 */
export function docBlocks(text: string): readonly DocBlock[] {
  const blocks: DocBlock[] = [];
  const lines = text.split("\n");
  let canHaveOutput = false;
  for (let at = 0; at < lines.length; at++) {
    const fence = /^(`{3,})\s*(.*)$/.exec(lines[at] ?? "");
    if (fence === null) {
      if ((lines[at] ?? "").trim() !== "") canHaveOutput = false;
      continue;
    }
    const [, ticks = "", info = ""] = fence;
    const end = lines.findIndex((line, index) => index > at && line.trimEnd() === ticks);
    if (end === -1) throw new Error(`line ${at + 1}: the code block does not end`);
    const code = lines.slice(at + 1, end).join("\n");
    const [language = "", ...words] = info.split(/\s+/);
    const last = blocks.at(-1);
    if (words.includes("output")) {
      if (!canHaveOutput || last === undefined)
        throw new Error(`line ${at + 1}: output of nothing that runs`);
      blocks[blocks.length - 1] = { ...last, output: code };
    }
    canHaveOutput = words.includes("run");
    const isTest = words.includes("vitest");
    if (canHaveOutput) blocks.push({ language, line: at + 2, code, isTest, output: null });
    at = end;
  }
  return blocks;
}

/** {@link docBlocks} of a file. */
export function docBlocksOf(path: string): readonly DocBlock[] {
  return docBlocks(readFileSync(path, "utf8"));
}

/** Whether a program printed what a document says: line ends at the end do not count, `…` stands for anything. */
export function matchesOutput(printed: string, expected: string): boolean {
  const pattern = expected
    .trimEnd()
    .split("…")
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join("[^]*?");
  return new RegExp(`^${pattern}$`).test(printed.trimEnd());
}

/** A code block of a document that repeats a part of a file: its info string has `quote=PATH`, from the repository. */
export interface DocQuote {
  readonly path: string;
  /** Of its first line of code, from 1. */
  readonly line: number;
  readonly code: string;
}

/** The quotes of a Markdown file, in order. @throws Error for a block that does not end */
export function docQuotes(text: string): readonly DocQuote[] {
  const quotes: DocQuote[] = [];
  const lines = text.split("\n");
  for (const [at, info] of lines.entries()) {
    const path = /^```\S+ .*\bquote=(\S+)/.exec(info)?.[1];
    if (path === undefined) continue;
    const end = lines.findIndex((line, index) => index > at && line.trimEnd() === "```");
    if (end === -1) throw new Error(`line ${at + 1}: the code block does not end`);
    quotes.push({ path, line: at + 2, code: lines.slice(at + 1, end).join("\n") });
  }
  return quotes;
}
