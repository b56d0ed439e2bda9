#!/usr/bin/env node
import { createRequire } from "node:module";
import { parseArgs } from "node:util";
import { HoldfastError } from "@holdfast/core";
import { envOf, exec } from "./command/exec.ts";
import { help } from "./command/help.ts";
import { runServer } from "./run-server.ts";
import { allRuntimes } from "./runtimes.ts";

const options = {
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "v" },
  host: { type: "string" },
  port: { type: "string" },
  token: { type: "string" },
  runtime: { type: "string", short: "r" },
  code: { type: "string", short: "c" },
  timeout: { type: "string" },
  env: { type: "string", short: "e", multiple: true },
} as const;

/** The `holdfast` command: answers the exit code, or nothing where it goes on. */
async function main(): Promise<number | undefined> {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [command, file] = positionals;
  if (values.version === true) return print(`holdfast ${version()}\n`);
  if (values.help === true || command === undefined) return print(help);
  switch (command) {
    case "serve":
      await runServer({
        hostname: values.host,
        port: numberOf("--port", values.port),
        token: values.token,
      });
      return undefined;
    case "exec":
      return exec({
        file: file ?? "-",
        code: values.code,
        runtime: values.runtime,
        timeoutMs: numberOf("--timeout", values.timeout),
        env: envOf(values.env ?? []),
      });
    case "runtimes":
      for (const runtime of allRuntimes()) {
        const info = await runtime.inspect();
        print(
          info.isAvailable
            ? `${info.name.padEnd(12)} ${info.version.padEnd(20)} ${info.executable}\n`
            : `${info.name.padEnd(12)} not available: ${info.reason}. ${info.install}\n`,
        );
      }
      return 0;
    default:
      throw new HoldfastError({
        code: "invalid_request",
        message: `command: received ${JSON.stringify(command)}, allowed serve, exec, runtimes`,
      });
  }
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

function numberOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (text.trim() !== "" && Number.isFinite(number)) return number;
  throw new HoldfastError({
    code: "invalid_request",
    message: `${name}: received ${JSON.stringify(text)}, allowed a number`,
  });
}

function version(): string {
  const require = createRequire(import.meta.url);
  return (require("@holdfast/server/package.json") as { version: string }).version;
}

try {
  const code = await main();
  if (code !== undefined) process.exitCode = code;
} catch (error) {
  const message = error instanceof Error ? error.message.replace(/^\[\w+\] /, "") : String(error);
  process.stderr.write(`holdfast: ${message}\nTry holdfast --help.\n`);
  process.exitCode = 2;
}
