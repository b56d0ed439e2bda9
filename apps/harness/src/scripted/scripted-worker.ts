import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { HostMessage } from "@holdfast/core";
import type { WorkerScript } from "./worker-script.ts";
import { fromJson, toJson } from "./worker-step.ts";

/** How a {@link ScriptedWorker} is made. */
export interface ScriptedWorkerOptions extends WorkerScript {
  /**
   * What it prints, and ends, when it is started without a channel on descriptor 4: what an adapter asks its interpreter
   * before the first start, such as for its version. It is given its own path. @default nothing
   */
  readonly about?: (executable: string) => string;
}

/**
 * A worker in a process of its own that speaks the protocol and, where its script says so, breaks it: for tests of an adapter,
 * which starts it in place of its interpreter. What it executes is a script, too: see {@link scriptedCode}. Dispose of it when
 * nothing of it runs any more.
 *
 * Of the process it expects what `GuardedProcess` gives with `withChannel`: the channel on descriptor 4. Needs `/bin/sh`
 * and `cat`.
 */
export class ScriptedWorker implements Disposable {
  /** The program to start. It takes any arguments and heeds none. */
  readonly executable: string;
  readonly #folder: string;
  readonly #log: string;

  constructor({ about, ...script }: ScriptedWorkerOptions = {}) {
    this.#folder = mkdtempSync(join(tmpdir(), "scripted-worker-"));
    this.executable = join(this.#folder, "worker");
    this.#log = join(this.#folder, "received");
    const scriptFile = join(this.#folder, "script");
    const aboutFile = join(this.#folder, "about");
    writeFileSync(scriptFile, toJson(script));
    writeFileSync(aboutFile, about?.(this.executable) ?? "");
    const command = [process.execPath, program(), scriptFile, this.#log].map(quoted).join(" ");
    writeFileSync(
      this.executable,
      `#!/bin/sh\n[ -S /dev/fd/4 ] || exec cat ${quoted(aboutFile)}\nexec ${command}\n`,
      { mode: 0o700 },
    );
  }

  /** All messages that its processes have received until now, in order, once for each process that read it. */
  get received(): readonly HostMessage[] {
    if (!existsSync(this.#log)) return [];
    const lines = readFileSync(this.#log, "utf8").split("\n").slice(0, -1);
    return lines.map((line) => fromJson(line) as HostMessage);
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function program(): string {
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve("@holdfast/harness/package.json"));
  return join(folder, "dist", "scripted-worker-program.mjs");
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
