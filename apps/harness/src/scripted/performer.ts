import { closeSync, openSync, writeSync } from "node:fs";
import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { type HostMessage, protocolVersion } from "@holdfast/core";
import { buildFrame } from "../build/build-frame.ts";
import type { WorkerScript } from "./worker-script.ts";
import { type WorkerStep, fromJson } from "./worker-step.ts";

type Message = { readonly type: string } & Readonly<Record<string, unknown>>;

/** What steps answer, and where they print. */
interface Scene {
  readonly executionId?: string;
  readonly requestId?: string;
  readonly output?: { readonly stdout: number; readonly stderr: number };
  readonly interrupted: AbortSignal;
}

/** Does what a script says, and by itself what a worker does that can nothing. */
export class Performer {
  readonly #script: WorkerScript;
  readonly #socket: Socket;
  #kept = "";
  #hangs = false;
  #interrupting = new AbortController();
  #replies: ((reply: string | null) => void)[] = [];

  constructor(script: WorkerScript, socket: Socket) {
    this.#script = script;
    this.#socket = socket;
  }

  interrupt(): void {
    this.#interrupting.abort();
  }

  async receive(message: HostMessage): Promise<void> {
    if (this.#hangs) return;
    const scripted = this.#script.answers?.[message.type];
    const ids = {
      ...("executionId" in message ? { executionId: message.executionId } : {}),
      ...("requestId" in message ? { requestId: message.requestId } : {}),
    };
    if (scripted !== undefined) {
      const scene = { ...ids, interrupted: this.#interrupting.signal };
      for (const step of scripted) await this.#do(step, scene);
      return;
    }
    switch (message.type) {
      case "hello": {
        const { runtime = "scripted", version = "1", features = [] } = this.#script;
        const { pid } = process;
        return this.#send({ type: "ready", protocolVersion, runtime, version, pid, features });
      }
      case "execute":
        return this.#execute(message);
      case "ping":
        return this.#send({ type: "heartbeat", ...ids, isBusy: false });
      case "input_reply":
        return this.#replies.shift()?.(message.data);
      case "shutdown":
        return process.exit(0);
      case "interrupt":
      case "ack":
        return;
      default: {
        const why = { code: "feature_unsupported", message: `${message.type}: not in the script` };
        return this.#send({ type: "refused", ...ids, ...why });
      }
    }
  }

  async #execute(message: HostMessage & { readonly type: "execute" }): Promise<void> {
    const { executionId, code, stdoutPath, stderrPath } = message;
    this.#interrupting = new AbortController();
    await this.#send({ type: "started", executionId });
    const output = { stdout: openSync(stdoutPath, "w"), stderr: openSync(stderrPath, "w") };
    const scene: Scene = { executionId, output, interrupted: this.#interrupting.signal };
    let status: string | null = "ok";
    try {
      for (const step of fromJson(code) as readonly WorkerStep[]) {
        await this.#do(step, scene);
        if (step.type === "send" && step.message.type === "completed") status = null;
      }
    } catch (error) {
      status = scene.interrupted.aborted ? "interrupted" : "error";
      if (status === "error") await this.#send(failure(executionId, error));
    }
    for (const fd of Object.values(output)) closeSync(fd);
    if (status !== null) await this.#send({ type: "completed", executionId, status });
  }

  async #do(step: WorkerStep, scene: Scene): Promise<void> {
    const { executionId, requestId, output, interrupted } = scene;
    switch (step.type) {
      case "send":
        return this.#send({
          ...step.message,
          ...(executionId === undefined ? {} : { executionId }),
          ...(requestId === undefined ? {} : { requestId }),
        });
      case "send_as_is":
        return this.#write(buildFrame(step.message));
      case "send_bytes":
        return this.#write(step.bytes);
      case "print":
        return print(output?.[step.stream ?? "stdout"], step.text);
      case "ask": {
        const { prompt, password = false } = step;
        const reply = Promise.withResolvers<string | null>();
        const number = this.#replies.push(reply.resolve);
        const asked = { executionId, requestId: `i${number}`, prompt, password };
        await this.#send({ type: "input_request", ...asked });
        return print(output?.stdout, (await reply.promise) ?? "");
      }
      case "keep":
        this.#kept = step.text;
        return;
      case "recall":
        return print(output?.stdout, this.#kept);
      case "wait":
        return delay(step.ms, undefined, { signal: interrupted });
      case "hang":
        this.#hangs = true;
        return liveOn();
      case "close":
        this.#socket.destroy();
        return liveOn();
      case "signal":
        process.kill(process.pid, step.signal);
        return;
      case "exit":
        return process.exit(step.exitCode);
      default:
        throw new TypeError(`step ${JSON.stringify(step satisfies never)}: there is no such step`);
    }
  }

  #send(message: Message): Promise<void> {
    return this.#write(buildFrame(message));
  }

  /** Settles when the kernel has it: an exit behind it loses nothing. */
  async #write(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    const written = Promise.withResolvers<void>();
    this.#socket.write(bytes, () => written.resolve());
    await written.promise;
  }
}

/** Never settles, and keeps the process, whatever else ends. */
function liveOn(): Promise<never> {
  setInterval(() => {}, 1 << 30);
  return new Promise(() => {});
}

function print(fd: number | undefined, text: string): void {
  if (fd === undefined) throw new TypeError("there is no output but that of an execution");
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
}

function failure(executionId: string, error: unknown): Message {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const text = `${name}: ${message}`;
  return { type: "error", executionId, name, message, traceback: [], text };
}
