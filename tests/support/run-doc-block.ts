import { mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { DocBlock } from "./doc-blocks.ts";
import { startRedis } from "./redis-server.ts";
import { has } from "./requires.ts";
import { mustRun } from "./run-command.ts";
import { runDocTests } from "./run-doc-tests.ts";

/** Where and how a code block of a document is run. */
export interface RunDocBlockOptions {
  /** It has `node_modules` with what the block imports; the block runs there. */
  readonly folder: string;
  /** The document, for the name of the file. */
  readonly document: string;
  /** Stands for `http://localhost:4650`. */
  readonly url: string;
  /** First on the PATH of shell blocks. */
  readonly bin: string;
  /** Node that runs it. @default that of this process */
  readonly node?: string;
  /** Turns a TypeScript file into what that Node can run, and answers that file. @default as it is */
  readonly compile?: (file: string) => Promise<string>;
  /** @default that of this process */
  readonly env?: NodeJS.ProcessEnv;
  /** Ends it. @default none */
  readonly signal?: AbortSignal;
}

/** Stands for the server of a document. */
export const documentedAddress = /(http:\/\/)?(localhost|127\.0\.0\.1):4650/g;

/** Stands for a Redis, which each block has to itself. */
const documentedRedis = "redis://localhost:6379/0";

/** Whether what a block needs of the system is there. */
export function canRun({ code }: DocBlock): boolean {
  return (
    (!code.includes("curl") || has("curl")) &&
    (!code.includes(documentedRedis) || has("redis-server"))
  );
}

/** Runs a code block to its end and answers what it printed. @throws Error with all it printed when it fails */
export async function runDocBlock(block: DocBlock, options: RunDocBlockOptions): Promise<string> {
  const { folder, document, url, bin, node = process.execPath, env = process.env } = options;
  await using redis = block.code.includes(documentedRedis) ? await startRedis() : null;
  const code = block.code
    .replaceAll(documentedAddress, url)
    .replaceAll(documentedRedis, redis?.url ?? "");
  const path = [bin, env["PATH"]].join(delimiter);
  const run = async (command: string, args: readonly string[]): Promise<string> => {
    const result = await mustRun(command, args, {
      cwd: folder,
      env: { ...env, PATH: path, HOLDFAST_URL: url },
      ...(options.signal && { signal: options.signal }),
    });
    return result.stdout;
  };
  if (block.language === "ts") {
    const file = join(folder, docBlockFile(document, block));
    writeFileSync(file, code);
    if (block.isTest) return await runDocTests(file, folder, { ...env, PATH: path });
    return await run(node, [(await options.compile?.(file)) ?? file]);
  }
  if (block.language === "python") return await run("python3", ["-c", code]);
  if (isShell(block)) return await run("bash", ["-euo", "pipefail", "-c", code]);
  throw new Error(`${document}:${block.line}: ${block.language} cannot be run`);
}

/** Whether any of these wants a server. */
export function needServer(blocks: readonly DocBlock[]): boolean {
  return blocks.some((block) => isShell(block) || block.code.match(documentedAddress) !== null);
}

export function docBlockFile(document: string, { line, isTest }: DocBlock): string {
  return `${document.replaceAll(/[^A-Za-z0-9]/g, "-")}-${line}.${isTest ? "test.ts" : "ts"}`;
}

/** Answers a folder with these commands, which run the JavaScript files that they are given with. */
export function writeCommands(folder: string, commands: Readonly<Record<string, string>>): string {
  const bin = join(folder, "bin");
  mkdirSync(bin, { recursive: true });
  for (const [name, entry] of Object.entries(commands)) {
    const script = `#!/bin/sh\nexec '${process.execPath}' '${entry}' "$@"\n`;
    writeFileSync(join(bin, name), script, { mode: 0o755 });
  }
  return bin;
}

function isShell({ language }: DocBlock): boolean {
  return language === "bash" || language === "sh";
}
