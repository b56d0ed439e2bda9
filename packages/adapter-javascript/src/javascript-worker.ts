import {
  type CheckpointReport,
  type Completions,
  type Feature,
  type GuardedProcess,
  type Heartbeat,
  HoldfastError,
  type HostMessage,
  type MimeBundle,
  type ModuleInfo,
  OutputLanes,
  type ProcessExit,
  type RestoreReport,
  type StopOptions,
  type StopReport,
  type StreamChannel,
  type Value,
  type Variable,
  type Worker,
  type WorkerEvent,
  type WorkerEventListener,
  type WorkerExecution,
  type WorkerMessage,
  type WorkerOutcome,
  type WorkerRequest,
  type WorkerStartOptions,
  type workerMessageSchema,
  heartbeatOf,
} from "@holdfast/core";
import {
  type JavaScriptRequest,
  expectAnswer,
  readFromWorker,
  writeToWorker,
} from "./javascript-requests.ts";
import { writeInterrupt } from "./interrupt-fifo.ts";

/** What the JavaScript runtime can do. */
export const javascriptFeatures: readonly Feature[] = [
  "stdin",
  "input",
  "results",
  "displays",
  "interrupt",
  "checkpoint",
  "namespace",
  "changes",
  "completion",
];

/** The channel as its host has it. */
export type JavaScriptChannel = StreamChannel<HostMessage, typeof workerMessageSchema>;

// What the code may be asked before an answer comes; one more ends the worker, since nobody waits that often.
const maxInputRequests = 1_000;

// Between the end of the channel and that of its process; the kernel takes 1 ms.
const channelGraceMs = 50;

// When the thread that brings interrupts is told again, should it not have been there yet.
const interruptAgainMs = 5;

// When what the code has started gets a signal as well: code that waits for a child, as `execSync` does, hears of nothing else.
const signalChildrenMs = 100;

interface Foreground {
  readonly request: WorkerRequest;
  readonly onEvent: WorkerEventListener;
  readonly end: PromiseWithResolvers<WorkerOutcome>;
  /** Ids of input requests that wait for an answer, oldest first. */
  readonly inputRequests: string[];
  /** Input that came before it was asked for. */
  readonly inputs: (string | null)[];
  /** The result or the error, told at the end: behind all output. */
  last: WorkerEvent | null;
  /** Its place among the executions of the worker, from 1; 0 before it is sent. */
  number: number;
  isInterrupted: boolean;
  /** A signal was sent for it. */
  isSignalled: boolean;
  /** Until it has ended, once it was interrupted. */
  interrupting: NodeJS.Timeout | undefined;
}

/** What a {@link JavaScriptWorker} is made of. */
export interface JavaScriptWorkerOptions {
  readonly process: GuardedProcess;
  readonly channel: JavaScriptChannel;
  readonly lanes: OutputLanes;
  readonly start: WorkerStartOptions;
  readonly version: string;
}

/** One Node process that keeps what was declared, driven over the framed protocol. */
export class JavaScriptWorker implements Worker {
  readonly pid: number;
  readonly version: string;
  readonly features: ReadonlySet<Feature> = new Set(javascriptFeatures);
  readonly exited: Promise<ProcessExit>;
  readonly #process: GuardedProcess;
  readonly #channel: JavaScriptChannel;
  readonly #answers = new Map<string, PromiseWithResolvers<WorkerMessage>>();
  readonly #start: WorkerStartOptions;
  readonly #lanes: OutputLanes;
  readonly #exit = Promise.withResolvers<ProcessExit>();
  #foreground: Foreground | null = null;
  #lanesReady: Promise<void> | null = null;
  /** Settles when no signal for an earlier execution can reach the next one. */
  #signalsDone: Promise<void> | null = null;
  #isEnded = false;
  #dropped = 0;
  #requests = 0;
  #executions = 0;

  constructor(options: JavaScriptWorkerOptions) {
    this.#process = options.process;
    this.#channel = options.channel;
    this.#start = options.start;
    this.version = options.version;
    this.pid = options.process.pid;
    this.exited = this.#exit.promise;
    this.#lanes = options.lanes;
    this.#lanes.listenLate((id, stream, bytes) => options.start.onLateOutput?.(id, stream, bytes));
    options.channel.onMessage((message) => this.#receive(message));
    void options.channel.closed.then(() => this.#endWithoutChannel());
    void this.#watch();
  }

  /** Messages that belonged to nothing that runs: late, doubled or forged ones. */
  get droppedMessages(): number {
    return this.#dropped;
  }

  execute(request: WorkerRequest, onEvent: WorkerEventListener): WorkerExecution {
    const foreground: Foreground = {
      request,
      onEvent,
      end: Promise.withResolvers(),
      inputRequests: [],
      inputs: [],
      last: null,
      number: 0,
      isInterrupted: false,
      isSignalled: false,
      interrupting: undefined,
    };
    this.#foreground = foreground;
    if (this.#lanesReady === null && this.#signalsDone === null)
      queueMicrotask(() => this.#run(foreground));
    else void Promise.all([this.#lanesReady, this.#signalsDone]).then(() => this.#run(foreground));
    if (this.#isEnded) void this.#process.ended.then((exit) => this.#lose(foreground, exit));
    return {
      ended: foreground.end.promise,
      interrupt: () => this.#interrupt(foreground),
      write: (data, options) => this.#write(foreground, data, options?.close ?? false),
      pause: () => this.#foreground === foreground && this.#lanes.pause(),
      resume: () => this.#foreground === foreground && this.#lanes.resume(),
    };
  }

  async checkpoint(write: (piece: Uint8Array) => Promise<void>): Promise<CheckpointReport> {
    const name = `c${++this.#requests}`;
    const ask = (path: string) => this.#ask({ type: "checkpoint", path });
    const answer = await readFromWorker(this.#process, name, ask, write);
    const { format, skipped } = expectAnswer(answer, "checkpointed");
    return { format, skipped };
  }

  async restore(pieces: AsyncIterable<Uint8Array>): Promise<RestoreReport> {
    const name = `c${++this.#requests}`;
    const ask = (path: string) => this.#ask({ type: "restore", path });
    const answer = await writeToWorker(this.#process, name, ask, pieces);
    return { skipped: expectAnswer(answer, "restored").skipped };
  }

  async variables({
    names,
    withValues,
  }: {
    readonly names: readonly string[] | null;
    readonly withValues: boolean;
  }): Promise<readonly Variable[]> {
    const wanted = names === null ? null : [...names];
    const answer = await this.#ask({ type: "list_variables", names: wanted, withValues });
    return expectAnswer(answer, "variables").items;
  }

  async setVariable(name: string, value: Value): Promise<void> {
    expectAnswer(await this.#ask({ type: "set_variable", name, value }), "done");
  }

  async deleteVariables(names: readonly string[] | null): Promise<void> {
    const wanted = names === null ? null : [...names];
    expectAnswer(await this.#ask({ type: "delete_variables", names: wanted }), "done");
  }

  async modules(): Promise<readonly ModuleInfo[]> {
    return expectAnswer(await this.#ask({ type: "list_modules" }), "modules").items;
  }

  async complete(code: string, cursor: number): Promise<Completions> {
    const answer = await this.#ask({ type: "complete", code, cursor });
    const { matches, start, end } = expectAnswer(answer, "completions");
    return { matches, start, end };
  }

  async inspect(code: string, cursor: number): Promise<MimeBundle | null> {
    return expectAnswer(await this.#ask({ type: "inspect", code, cursor }), "inspected").mime;
  }

  async ping(): Promise<Heartbeat> {
    const heartbeat = heartbeatOf(this.pid);
    const isIdle = this.#foreground === null && this.#answers.size === 0;
    if (isIdle) expectAnswer(await this.#ask({ type: "ping" }), "heartbeat");
    return heartbeat;
  }

  async stop(options: StopOptions = {}): Promise<StopReport> {
    const report = await this.#process.stop(options);
    await this.exited;
    return report;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #run(foreground: Foreground): void {
    if (this.#foreground !== foreground || this.#isEnded) return;
    const { executionId, code, stdin, env, cwd, allowInput, trackChanges } = foreground.request;
    this.#lanes.listen((stream, bytes) => foreground.onEvent({ type: stream, bytes }));
    const { stdoutPath, stderrPath } = this.#lanes;
    foreground.number = ++this.#executions;
    this.#send({
      type: "execute",
      executionId,
      code,
      stdin: stdin === null ? null : Buffer.from(stdin),
      env: env === null ? null : { ...env },
      cwd,
      allowInput,
      stdoutPath,
      stderrPath,
      trackChanges,
    });
    foreground.onEvent({ type: "started", pid: this.pid });
    if (foreground.isInterrupted) this.#interrupt(foreground);
  }

  // The message is for code that waits, the FIFO for code that computes.
  #interrupt(foreground: Foreground): void {
    if (this.#foreground !== foreground) return;
    foreground.isInterrupted = true;
    if (foreground.number === 0 || foreground.interrupting !== undefined) return;
    this.#send({ type: "interrupt", executionId: foreground.request.executionId });
    this.#bringInterrupt(foreground, performance.now() + signalChildrenMs);
  }

  #bringInterrupt(foreground: Foreground, signalAt: number): void {
    const isTold = writeInterrupt(this.#process.directory, foreground.number);
    const now = performance.now();
    if (now >= signalAt) {
      this.#process.signalApart(0, "SIGINT");
      foreground.isSignalled = true;
    }
    foreground.interrupting = setTimeout(
      () => this.#bringInterrupt(foreground, now >= signalAt ? Infinity : signalAt),
      isTold ? signalChildrenMs : interruptAgainMs,
    );
  }

  async #write(foreground: Foreground, data: Uint8Array, close: boolean): Promise<void> {
    const { executionId, allowInput } = foreground.request;
    if (!allowInput || this.#foreground !== foreground) {
      throw new HoldfastError({
        code: "input_not_expected",
        message: `input to execution ${executionId}: ${allowInput ? "it has ended" : "it was not started with allowInput"}`,
        details: { executionId },
      });
    }
    if (data.length > 0 || !close)
      foreground.inputs.push(Buffer.from(data).toString("utf8").replace(/\n$/, ""));
    if (close) foreground.inputs.push(null);
    this.#answer(foreground);
  }

  #answer({ inputRequests, inputs }: Foreground): void {
    while (inputRequests.length > 0 && inputs.length > 0) {
      const data = inputs[0] as string | null;
      if (data !== null) inputs.shift(); // the end of the input stays the end
      this.#send({ type: "input_reply", requestId: inputRequests.shift() as string, data });
    }
  }

  /** @throws HoldfastError `worker_lost` */
  #ask(message: JavaScriptRequest): Promise<WorkerMessage> {
    const requestId = `q${++this.#requests}`;
    const answer = Promise.withResolvers<WorkerMessage>();
    this.#answers.set(requestId, answer);
    if (this.#isEnded) this.#loseAnswers();
    else this.#send({ ...message, requestId });
    return answer.promise;
  }

  // Told to those who wait, not waited for by them: what waits for the end of the process is kept until then.
  #loseAnswers(): void {
    const lost = this.#lost("a request");
    for (const answer of this.#answers.values()) answer.reject(lost);
    this.#answers.clear();
  }

  #lost(what: string): HoldfastError {
    const { sessionId } = this.#start;
    return new HoldfastError({
      code: "worker_lost",
      message: `${what} in session ${sessionId}: its Node has ended`,
      details: { sessionId },
    });
  }

  #receive(message: WorkerMessage): void {
    if ("requestId" in message && !("executionId" in message)) {
      if (message.requestId === null) return;
      const answer = this.#answers.get(message.requestId);
      if (answer === undefined) this.#dropped++;
      this.#answers.delete(message.requestId);
      return answer?.resolve(message);
    }
    if (message.type === "ready") return; // one that was warm has taken on its session
    if (message.type === "fault") return void this.#process.stop();
    if (message.type === "output") {
      const bytes = Buffer.from(message.data);
      this.#start.onLateOutput?.(message.executionId, message.stream, bytes);
      return;
    }
    const foreground = this.#foreground;
    if (
      foreground === null ||
      !("executionId" in message) ||
      message.executionId !== foreground.request.executionId
    ) {
      this.#dropped++;
      return;
    }
    const { onEvent } = foreground;
    switch (message.type) {
      case "started":
        return; // told when it was sent, since output can be read before this
      case "display": {
        // What was written before this was said is in the pipes by now.
        this.#lanes.drain();
        const { mime, displayId, update, requestId } = message;
        onEvent({ type: "display", mime, displayId, update });
        if (requestId !== null) this.#send({ type: "ack", requestId });
        return;
      }
      case "input_request":
        if (foreground.inputRequests.push(message.requestId) > maxInputRequests)
          return void this.#process.stop();
        this.#lanes.drain();
        onEvent({ type: "input_request", prompt: message.prompt, password: message.password });
        return this.#answer(foreground);
      case "result": {
        const { repr, value, valueTruncated, mime } = message;
        foreground.last = { type: "result", repr, value, valueTruncated, mime };
        return;
      }
      case "error": {
        const { name, message: text, traceback, text: printed } = message;
        foreground.last = { type: "error", name, message: text, traceback, text: printed };
        return;
      }
      case "interrupt_taken":
        return; // the end follows
      case "changes": {
        const { added, changed, removed, modules } = message;
        return onEvent({ type: "changes", added, changed, removed, modules });
      }
      case "completed":
        return this.#settle(foreground, message.status, message.keepsOutput ?? false);
      default:
        return message satisfies never;
    }
  }

  #settle(foreground: Foreground, status: WorkerOutcome["status"], keepsOutput: boolean): void {
    clearTimeout(foreground.interrupting);
    this.#foreground = null;
    // Between executions a signal does nothing: what is on its way has come before the next one is sent.
    if (foreground.isSignalled)
      this.#signalsDone = this.#process.barrier().then(() => void (this.#signalsDone = null));
    if (keepsOutput) this.#lanes.keep();
    else if (!this.#lanes.finish(foreground.request.executionId)) {
      this.#lanesReady = this.#lanes.renew().then(
        () => void (this.#lanesReady = null),
        () => {}, // the process has ended, and that is told elsewhere
      );
    }
    if (foreground.last !== null) foreground.onEvent(foreground.last);
    foreground.end.resolve({ status, exitCode: null, signal: null });
  }

  /** The channel closes with the process's end, a moment before that is known; a process that goes on without it is ended. */
  async #endWithoutChannel(): Promise<void> {
    const timer = setTimeout(() => void this.#process.stop(), channelGraceMs);
    await this.#process.ended;
    clearTimeout(timer);
  }

  async #watch(): Promise<void> {
    const exit = await this.#process.ended;
    await new Promise((done) => setImmediate(done)); // what it said last may lie in the socket still
    this.#isEnded = true;
    this.#loseAnswers();
    const foreground = this.#foreground;
    if (foreground !== null) {
      this.#lanes.drain();
      this.#lose(foreground, exit);
    }
    await this.#process.gone;
    this.#lanes.close();
    this.#channel.close();
    this.#exit.resolve(exit);
  }

  #lose(foreground: Foreground, { exitCode, signal }: ProcessExit): void {
    clearTimeout(foreground.interrupting);
    this.#foreground = null;
    foreground.end.resolve({ status: "lost", exitCode, signal });
  }

  #send(message: HostMessage): void {
    this.#channel.send(message).catch(() => {}); // it is closed: the end of the worker follows
  }
}
