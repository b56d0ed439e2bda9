import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { defaultDataDirectory } from "../../data-directory.ts";

const maxLines = 1_000;

/** The lines that were typed, kept in the data folder; without them where the folder cannot be used. */
export class HistoryFile {
  readonly #path: string;

  /** @param name such as `python` */
  constructor(name: string, env: NodeJS.ProcessEnv = process.env) {
    const named = env["HOLDFAST_DATA_DIR"] ?? "";
    const folder = named === "" ? defaultDataDirectory(env) : resolve(named);
    this.#path = join(folder, "history", name);
  }

  /** The newest first. */
  read(): string[] {
    try {
      const lines = readFileSync(this.#path, "utf8").split("\n");
      return lines
        .filter((line) => line !== "")
        .slice(-maxLines)
        .toReversed();
    } catch {
      return [];
    }
  }

  add(line: string): void {
    try {
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
      appendFileSync(this.#path, `${line}\n`, { mode: 0o600 });
    } catch {} // a prompt without a memory is better than none
  }
}
