import {
  ForkSocket,
  GuardedProcess,
  HoldfastError,
  type HostMessage,
  StreamChannel,
  type WorkerMessage,
  isAbleToWork,
  workerMessageSchema,
} from "@holdfast/core";
import { type ForkLimits, forkFrom } from "./fork-from.ts";

/** What a {@link PythonTemplate} is started with. */
export interface TemplateOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly startTimeoutMs: number;
}

/**
 * A Python that runs nothing itself: sessions are forked from it, with what it has imported and set up. It does not keep
 * our process alive. When it ends its children live on.
 */
export class PythonTemplate {
  /** Settles when it can fork no more. Never rejects. */
  readonly ended: Promise<unknown>;
  readonly #process: GuardedProcess;
  readonly #channel: StreamChannel<HostMessage, typeof workerMessageSchema>;
  readonly #socket: ForkSocket;
  readonly #answers = new Map<string, PromiseWithResolvers<WorkerMessage>>();
  readonly #forks = new Set<Promise<GuardedProcess>>();
  #count = 0;
  #hasEnded = false;

  private constructor(process: GuardedProcess, socket: ForkSocket) {
    this.#process = process;
    this.#socket = socket;
    this.#channel = new StreamChannel({
      stream: process.channel as NonNullable<GuardedProcess["channel"]>,
      schema: workerMessageSchema,
    });
    this.#channel.onMessage((message) => {
      if (!("requestId" in message) || message.requestId === null) return;
      this.#answers.get(message.requestId)?.resolve(message);
      this.#answers.delete(message.requestId);
    });
    this.ended = Promise.race([process.ended, this.#channel.closed]);
    process.unref();
    void this.ended.then(() => {
      this.#hasEnded = true;
      void this.#loseAnswers();
      return socket.close();
    });
  }

  /** @throws HoldfastError `worker_start_failed` */
  static async start({
    command,
    args,
    env,
    startTimeoutMs,
  }: TemplateOptions): Promise<PythonTemplate> {
    const process = await GuardedProcess.start({
      command,
      args,
      env,
      cwd: "/",
      withChannel: true,
      startTimeoutMs,
    });
    try {
      return new PythonTemplate(process, await ForkSocket.open(process));
    } catch (cause) {
      // It can have ended, and its folder with it, before we could listen there.
      await process.stop();
      throw new HoldfastError({
        code: "worker_start_failed",
        message: `template of Python: ${cause instanceof Error ? cause.message : String(cause)}`,
        cause,
      });
    }
  }

  /** Whether it can do what it is told: user code can have stopped it. */
  get isAble(): boolean {
    return !this.#hasEnded && isAbleToWork(this.#process.pid);
  }

  /** How many children were asked for so far. */
  get count(): number {
    return this.#count;
  }

  /** A process that waits for its `hello`. @throws HoldfastError `worker_start_failed`, `cancelled` */
  fork(limits: ForkLimits): Promise<GuardedProcess> {
    const fork = this.#fork(limits).finally(() => this.#forks.delete(fork));
    this.#forks.add(fork);
    return fork;
  }

  async #fork(limits: ForkLimits): Promise<GuardedProcess> {
    const requestId = `f${++this.#count}`;
    const { process } = await forkFrom(
      this.#socket,
      async (message) => {
        const answer = Promise.withResolvers<WorkerMessage>();
        this.#answers.set(requestId, answer);
        if (this.#hasEnded) void this.#loseAnswers();
        else await this.#channel.send({ ...message, requestId });
        return answer.promise;
      },
      limits,
    );
    return process;
  }

  /** Ends it when no fork is under way. */
  async retire(): Promise<void> {
    while (this.#forks.size > 0) await Promise.allSettled(this.#forks);
    await this.stop();
  }

  async stop(): Promise<void> {
    this.#process.ref();
    await this.#socket.close();
    await this.#process.stop();
    this.#channel.close();
  }

  // Told to those who wait, not waited for by each: what waits for its end is kept until then, with all that it forks.
  async #loseAnswers(): Promise<void> {
    const answers = [...this.#answers.values()];
    this.#answers.clear();
    const { stderrTail } = (await this.#process.stop()).exit;
    for (const answer of answers)
      answer.reject(
        new HoldfastError({
          code: "worker_start_failed",
          message: `the Python template ended: ${stderrTail.trim() || "it gave no reason"}`,
        }),
      );
  }
}
