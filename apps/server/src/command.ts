#!/usr/bin/env node
import { parseArgs } from "node:util";
import { HoldfastError } from "@holdfast/core";
import { envOf, exec } from "./command/exec.ts";
import { help } from "./command/help.ts";
import { listRuntimes } from "./command/list-runtimes.ts";
import { runMcp } from "./command/mcp.ts";
import { runServer } from "./run-server.ts";
import { version } from "./version.ts";

const common = { help: { type: "boolean", short: "h" } } as const;

/** The `holdfast` command: answers the exit code, or nothing where it goes on. */
async function main([command, ...args]: readonly string[]): Promise<number | undefined> {
  switch (command) {
    case undefined:
    case "help":
    case "--help":
    case "-h":
      return print(help.holdfast);
    case "--version":
    case "-v":
      return print(`holdfast ${version()}\n`);
    case "serve":
      return serveCommand(args);
    case "exec":
      return execCommand(args);
    case "mcp":
      return mcpCommand(args);
    case "runtimes": {
      const { values } = parsed(() => parseArgs({ args: [...args], options: common }));
      return print(values.help === true ? help.runtimes : await listRuntimes());
    }
    default:
      throw usage(
        `command: received ${JSON.stringify(command)}, allowed serve, exec, mcp, runtimes`,
      );
  }
}

async function serveCommand(args: readonly string[]): Promise<number | undefined> {
  const text = { type: "string" } as const;
  const options = {
    ...common,
    host: text,
    port: text,
    token: text,
    log: text,
    "data-dir": text,
    memory: { type: "boolean" },
  } as const;
  const { values } = parsed(() => parseArgs({ args: [...args], options }));
  if (values.help === true) return print(help.serve);
  await runServer({
    hostname: values.host,
    port: numberOf("--port", values.port),
    token: values.token,
    log: values.log,
    dataDirectory: values["data-dir"],
    isMemoryOnly: values.memory,
  });
  return undefined;
}

async function execCommand(args: readonly string[]): Promise<number> {
  const options = {
    ...common,
    runtime: { type: "string", short: "r" },
    code: { type: "string", short: "c" },
    timeout: { type: "string", short: "t" },
    env: { type: "string", short: "e", multiple: true },
  } as const;
  const { values, positionals } = parsed(() =>
    parseArgs({ args: [...args], options, allowPositionals: true }),
  );
  if (values.help === true) return print(help.exec);
  const [file, ...more] = positionals;
  if (more.length > 0 || (file !== undefined && values.code !== undefined))
    throw usage(`exec: received ${positionals.join(" ")}, allowed one file, or --code`);
  return exec({
    file: file ?? "-",
    code: values.code,
    runtime: values.runtime,
    timeoutMs: numberOf("--timeout", values.timeout),
    env: envOf(values.env ?? []),
  });
}

async function mcpCommand(args: readonly string[]): Promise<number> {
  const options = { ...common, url: { type: "string" } } as const;
  const { values } = parsed(() => parseArgs({ args: [...args], options }));
  if (values.help === true) return print(help.mcp);
  await runMcp({
    url: values.url ?? (process.env["HOLDFAST_URL"] || undefined),
    token: process.env["HOLDFAST_TOKEN"] || undefined,
  });
  return 0;
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

function numberOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (text.trim() !== "" && Number.isFinite(number)) return number;
  throw usage(`${name}: received ${JSON.stringify(text)}, allowed a number`);
}

function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw usage(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function usage(message: string, cause?: unknown): HoldfastError {
  return new HoldfastError({ code: "invalid_request", message, cause });
}

process.stdout.on("error", () => {}); // a reader that is gone, as with `holdfast --help | head -1`
try {
  const code = await main(process.argv.slice(2));
  if (code !== undefined) process.exitCode = code;
} catch (error) {
  const isUsage =
    HoldfastError.is(error) && ["invalid_request", "unknown_runtime"].includes(error.code);
  const text = error instanceof Error ? error.message.replace(/^\[\w+\] /, "") : String(error);
  process.stderr.write(`holdfast: ${text}\n${isUsage ? "Try holdfast --help.\n" : ""}`);
  process.exitCode = isUsage ? 2 : 1;
}
