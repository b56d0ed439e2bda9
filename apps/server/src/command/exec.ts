import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { type Execution, HoldfastError, Host } from "@holdfast/core";
import { allRuntimes } from "../runtimes.ts";
import { sessionEnv } from "../session-env.ts";
import { exitCodeOf } from "./exit-code.ts";
import { StandardInput } from "./standard-input.ts";

/** What `holdfast exec` was told. */
export interface ExecOptions {
  /** `-` for standard input. */
  readonly file: string;
  readonly code?: string | undefined;
  readonly runtime?: string | undefined;
  readonly timeoutMs?: number | undefined;
  readonly env: Readonly<Record<string, string>>;
}

/** The reader of our output has gone. */
class ReaderGone extends Error {}

/**
 * Runs code in a session of its own, with its output as ours, and answers the exit code to end with.
 * @throws HoldfastError `invalid_request` for a file that cannot be read; as {@link Host.create}
 */
export async function exec(options: ExecOptions): Promise<number> {
  const code = options.code ?? (await readCode(options.file));
  const runtime = options.runtime ?? (options.file.endsWith(".py") ? "python" : "bash");
  await using host = new Host({
    runtimes: allRuntimes(),
    env: { ...sessionEnv(process.env), ...options.env },
    // Whoever feeds us may take their time, and so may the code.
    session: { inputSendTimeoutMs: 2 ** 31 - 1, inputWaitTimeoutMs: null },
    idleTimeoutMs: null,
  });
  const { session } = await host.create({ runtime });
  // Code that came on standard input has used it up.
  const takesInput = options.code !== undefined || options.file !== "-";
  const execution = session.execute(code, {
    allowInput: takesInput,
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  });
  const letGo = takeSignals(execution);
  try {
    await follow(execution, takesInput, runtime === "python");
    return exitCodeOf(await execution.ended);
  } catch (error) {
    if (error instanceof ReaderGone) return 128 + 13; // as SIGPIPE would end it
    throw error;
  } finally {
    letGo();
    process.stdin.destroy();
  }
}

async function readCode(file: string): Promise<string> {
  try {
    return (file === "-" ? await buffer(process.stdin) : await readFile(file)).toString("utf8");
  } catch (cause) {
    throw new HoldfastError({
      code: "invalid_request",
      message: `file ${file}: ${(cause as Error).message}`,
      cause,
    });
  }
}

async function follow(execution: Execution, takesInput: boolean, asks: boolean): Promise<void> {
  const input = new StandardInput(process.stdin, execution);
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => {});
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", () => failure.reject(new ReaderGone()));
  if (takesInput && !asks) void input.forward().catch(failure.reject);
  for await (const event of execution.events()) {
    switch (event.type) {
      case "stdout":
      case "stderr":
        await Promise.race([write(process[event.type], event.bytes), failure.promise]);
        break;
      case "input_request":
        await Promise.race([write(process.stderr, event.prompt), failure.promise]);
        if (takesInput) input.answer();
        break;
      case "result":
        await Promise.race([write(process.stdout, `${event.repr}\n`), failure.promise]);
        break;
      case "error":
        await Promise.race([
          write(process.stderr, event.text.endsWith("\n") ? event.text : `${event.text}\n`),
          failure.promise,
        ]);
        break;
      case "display": {
        const text = event.mime["text/plain"];
        const kinds = Object.keys(event.mime).join(", ");
        const shown = typeof text === "string" ? text : `[display: ${kinds}]`;
        await Promise.race([write(process.stdout, `${shown}\n`), failure.promise]);
        break;
      }
      case "gap":
        throw new Error(`events ${event.fromSeq} to ${event.toSeq} were not kept`);
      case "started":
      case "heartbeat":
      case "completed":
        break;
      default:
        event satisfies never;
    }
  }
}

/** Waits for slow readers, so that nothing piles up here. */
async function write(stream: NodeJS.WriteStream, data: Uint8Array | string): Promise<void> {
  // Empty chunks would call back, too, but only in their turn.
  if (data.length === 0) return;
  const written = Promise.withResolvers<void>();
  stream.write(data, () => written.resolve());
  await written.promise;
}

/** The first Ctrl-C interrupts, the next one kills; SIGTERM and SIGHUP kill. */
function takeSignals(execution: Execution): () => void {
  let interrupts = 0;
  const interrupt = () => {
    if (interrupts++ === 0) execution.interrupt();
    else void execution.kill();
  };
  const kill = () => void execution.kill();
  process.on("SIGINT", interrupt).on("SIGTERM", kill).on("SIGHUP", kill);
  return () => process.off("SIGINT", interrupt).off("SIGTERM", kill).off("SIGHUP", kill);
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
