import {
  type ForkReport,
  ForkSocket,
  GuardedProcess,
  HoldfastError,
  type HostMessage,
  OutputLanes,
  StreamChannel,
  type WorkerMessage,
  isAbleToWork,
  within,
  workerMessageSchema,
} from "@holdfast/core";

/** How long a process may take to fork, and what a caller may give it up with. */
export interface ForkLimits {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** What was forked: processes that wait for their `hello`. */
export interface Forked {
  readonly processes: readonly GuardedProcess[];
  readonly skipped: ForkReport["skipped"];
}

/**
 * Asks a process to fork and waits for the children.
 * @throws HoldfastError `worker_start_failed`, `cancelled`; then nothing is left of them
 */
export async function forkFrom(
  socket: ForkSocket,
  ask: (
    message: Omit<HostMessage & { readonly type: "fork" }, "requestId">,
  ) => Promise<WorkerMessage>,
  count: number,
  limits: ForkLimits,
): Promise<Forked> {
  const children = Array.from({ length: count }, () => socket.expect(OutputLanes.fifos));
  const arriving = children.map((child) => child.arrived(limits));
  const all = Promise.all(arriving);
  all.catch(() => {});
  try {
    const asking = ask({
      type: "fork",
      socketPath: socket.path,
      guard: ForkSocket.guardCommand(),
      children: children.map(({ request }) => request),
    });
    asking.catch(() => {});
    // It may be stopped: it is waited for no longer than its children are.
    const answer = await within(Promise.race([asking, all.then(() => asking)]), {
      ...limits,
      what: "fork of Python",
    });
    if (answer.type !== "forked") throw refusal(answer);
    return { processes: await all, skipped: answer.skipped };
  } catch (error) {
    for (const child of children) child.abandon();
    const arrived = await Promise.allSettled(arriving);
    await Promise.all(arrived.map(async (one) => one.status === "fulfilled" && one.value.stop()));
    // Who is not waited for any more finds no folder, and says that in its own way.
    const cancelled = arrived.find(isCancelled);
    if (cancelled !== undefined) throw cancelled.reason;
    if (!HoldfastError.is(error) || error.code !== "deadline_exceeded") throw error;
    throw new HoldfastError({
      code: "worker_start_failed",
      message: error.message.replace(/^\[\w+\] /, ""),
      details: { timeoutMs: limits.timeoutMs },
      cause: error,
    });
  }
}

function isCancelled(one: PromiseSettledResult<unknown>): one is PromiseRejectedResult {
  return (
    one.status === "rejected" && HoldfastError.is(one.reason) && one.reason.code === "cancelled"
  );
}

function refusal(answer: WorkerMessage): HoldfastError {
  const why = "message" in answer ? answer.message : `it answered ${answer.type}`;
  return new HoldfastError({ code: "worker_start_failed", message: `fork of Python: ${why}` });
}

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
    const { processes } = await forkFrom(
      this.#socket,
      async (message) => {
        const answer = Promise.withResolvers<WorkerMessage>();
        this.#answers.set(requestId, answer);
        if (this.#hasEnded) void this.#loseAnswers();
        else await this.#channel.send({ ...message, requestId });
        return answer.promise;
      },
      1,
      limits,
    );
    return processes[0] as GuardedProcess;
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
