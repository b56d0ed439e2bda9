import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { type Execution, type ExecutionRecord, HoldfastError, Host } from "@holdfast/core";
import { allRuntimes } from "../runtimes.ts";
import { sessionEnv } from "../session-env.ts";

/** What `holdfast exec` was told. */
export interface ExecOptions {
  /** `-` for standard input. */
  readonly file: string;
  readonly code?: string | undefined;
  readonly runtime?: string | undefined;
  readonly timeoutMs?: number | undefined;
  readonly env: Readonly<Record<string, string>>;
}

/** Runs code in a session of its own, with its output as ours, and answers the exit code to end with. */
export async function exec(options: ExecOptions): Promise<number> {
  const code = options.code ?? readFileSync(options.file === "-" ? 0 : options.file, "utf8");
  const runtime = options.runtime ?? (options.file.endsWith(".py") ? "python" : "bash");
  await using host = new Host({
    runtimes: allRuntimes(),
    env: { ...sessionEnv(process.env), ...options.env },
  });
  const { session } = await host.create({ runtime });
  // Code that came on standard input has used it up.
  const takesInput = options.code !== undefined || options.file !== "-";
  const execution = session.execute(code, {
    allowInput: takesInput,
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  });
  const interrupt = interruptThenKill(execution);
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  if (takesInput) void feed(execution);
  for await (const event of execution.events()) {
    if (event.type === "stdout" || event.type === "stderr")
      await write(process[event.type], event.bytes);
    if (event.type === "input_request") await write(process.stderr, Buffer.from(event.prompt));
    if (event.type === "result") await write(process.stdout, Buffer.from(`${event.repr}\n`));
    if (event.type === "error")
      await write(process.stderr, Buffer.from(event.text.replace(/\n?$/, "\n")));
    if (event.type === "display") {
      const text = event.mime["text/plain"];
      await write(
        process.stdout,
        Buffer.from(typeof text === "string" ? `${text}\n` : "[display]\n"),
      );
    }
  }
  process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  process.stdin.destroy();
  return exitCode(await execution.ended);
}

function interruptThenKill(execution: Execution): () => void {
  let count = 0;
  return () => {
    if (count++ === 0) execution.interrupt();
    else void execution.kill();
  };
}

async function feed(execution: Execution): Promise<void> {
  try {
    for await (const chunk of process.stdin) await execution.write(chunk as Buffer);
    await execution.write("", { close: true });
  } catch {
    // It has ended without reading all of it, as programs may.
  }
}

/** Waits for slow readers, so that nothing piles up here. */
async function write(stream: NodeJS.WriteStream, bytes: Uint8Array): Promise<void> {
  const written = Promise.withResolvers<void>();
  // A copy: the bytes are a view of what is kept.
  stream.write(Buffer.from(bytes), () => written.resolve()); // a reader that is gone ends us by EPIPE
  await written.promise;
}

function exitCode({ status, exitCode: code, signal }: ExecutionRecord): number {
  if (status === "timeout") return 124;
  if (status === "interrupted") return 130;
  if (signal !== null) return 128 + constants.signals[signal];
  return code ?? (status === "ok" ? 0 : 1);
}

/** `NAME=VALUE` words as variables. @throws HoldfastError `invalid_request` */
export function envOf(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const match = /^([A-Za-z_][A-Za-z0-9_]*)=([^]*)$/.exec(word);
      if (match !== null) return [match[1] as string, match[2] as string];
      throw new HoldfastError({
        code: "invalid_request",
        message: `--env: received ${JSON.stringify(word)}, allowed NAME=VALUE`,
      });
    }),
  );
}
