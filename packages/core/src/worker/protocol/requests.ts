import { once } from "node:events";
import { closeSync, constants, unlinkSync } from "node:fs";
import { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { errorCodes } from "../../errors/error-code.ts";
import { HoldfastError } from "../../errors/holdfast-error.ts";
import type { HostMessage } from "../../protocol/host-message.ts";
import type { WorkerMessage } from "../../protocol/worker-message.ts";
import type { GuardedProcess } from "../guarded-process.ts";
import { openFifo } from "../private-files.ts";

/** A request between executions, without its id. */
export type ProtocolRequest = HostMessage extends infer Message
  ? Message extends { readonly requestId: string; readonly type: infer Type }
    ? Type extends "input_reply" | "ack"
      ? never
      : Omit<Message, "requestId">
    : never
  : never;

/** An answer of the type that was expected. @throws HoldfastError with the code of a refusal */
export function expectAnswer<Type extends WorkerMessage["type"]>(
  answer: WorkerMessage,
  type: Type,
): WorkerMessage & { readonly type: Type } {
  if (answer.type === type) return answer as WorkerMessage & { readonly type: Type };
  if (answer.type === "refused") {
    const { code, message } = answer;
    const known = Object.hasOwn(errorCodes, code);
    throw new HoldfastError({
      code: known ? (code as keyof typeof errorCodes) : "internal",
      message,
    });
  }
  throw new HoldfastError({
    code: "internal",
    message: `the worker answered ${answer.type} where ${type} was expected`,
  });
}

/** Has the worker write to a FIFO, and passes on what comes, piece by piece, as fast as it is taken. */
export async function readFromWorker(
  process: GuardedProcess,
  name: string,
  ask: (path: string) => Promise<WorkerMessage>,
  write: (piece: Uint8Array) => Promise<void>,
): Promise<WorkerMessage> {
  const path = await process.makeFifo(name);
  const [fd, held] = openBothEnds(path);
  const socket = new Socket({ fd, readable: true, writable: false });
  let isHeld = true;
  const letGo = () => {
    if (isHeld) closeSync(held);
    isHeld = false;
  };
  const answering = ask(path).finally(letGo);
  answering.catch(() => {});
  try {
    for await (const piece of socket) await write(piece as Buffer);
    return await answering;
  } finally {
    letGo();
    socket.destroy();
    remove(path);
  }
}

/**
 * A reading end, and a writing one: while we hold that there is no end of file, also before the worker has come.
 * @throws HoldfastError `worker_lost` when it is gone, and its folder with it
 */
function openBothEnds(path: string): readonly [reading: number, writing: number] {
  let reading: number | null = null;
  try {
    reading = openFifo(path, constants.O_RDONLY);
    return [reading, openFifo(path, constants.O_WRONLY)];
  } catch (cause) {
    if (reading !== null) closeSync(reading);
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
    throw new HoldfastError({
      code: "worker_lost",
      message: "the worker has ended, and its folder is gone",
      cause,
    });
  }
}

/** Has the worker read a FIFO to its end, and writes to it what there is, as fast as it is taken. */
export async function writeToWorker(
  process: GuardedProcess,
  name: string,
  ask: (path: string) => Promise<WorkerMessage>,
  pieces: AsyncIterable<Uint8Array>,
): Promise<WorkerMessage> {
  const path = await process.makeFifo(name);
  let isAnswered = false;
  const answering = ask(path).finally(() => (isAnswered = true));
  answering.catch(() => {});
  try {
    const fd = await openForWriting(path, () => isAnswered);
    if (fd !== null) await pour(fd, pieces, answering);
    return await answering;
  } finally {
    remove(path);
  }
}

async function pour(
  fd: number,
  pieces: AsyncIterable<Uint8Array>,
  answering: Promise<unknown>,
): Promise<void> {
  const socket = new Socket({ fd, readable: false, writable: true });
  socket.on("error", () => {}); // it reads no more: its answer says why
  const closed = new Promise((done) => socket.once("close", done));
  const over = Promise.race([closed, answering]).catch(() => {});
  for await (const piece of pieces) {
    if (socket.destroyed) break;
    if (!socket.write(piece)) await Promise.race([once(socket, "drain").catch(() => {}), over]);
  }
  socket.end();
  await over;
  socket.destroy();
}

/** A writing end, as soon as there is a reader; `null` when there is none any more. */
async function openForWriting(path: string, isOver: () => boolean): Promise<number | null> {
  for (;;) {
    try {
      return openFifo(path, constants.O_WRONLY);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENXIO" || isOver()) return null;
    }
    await sleep(1);
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It has gone with the process.
  }
}
