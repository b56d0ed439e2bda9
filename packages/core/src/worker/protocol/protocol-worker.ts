import { HoldfastError } from "../../errors/holdfast-error.ts";
import type { MimeBundle } from "../../protocol/execution-data.ts";
import type { HostMessage } from "../../protocol/host-message.ts";
import type { Variable } from "../../protocol/namespace-data.ts";
import type { Value } from "../../protocol/value.ts";
import type { WorkerMessage } from "../../protocol/worker-message.ts";
import { GuardedWorker, type OutputPaths } from "../guarded-worker.ts";
import type { GuardedProcess } from "../guarded-process.ts";
import type { Heartbeat } from "../heartbeat.ts";
import type {
  CheckpointReport,
  Completions,
  ModuleInfo,
  RestoreReport,
  WorkerEvent,
  WorkerEventListener,
  WorkerExecution,
  WorkerRequest,
  WorkerStartOptions,
} from "../worker.ts";
import type { Greeted, WorkerChannel } from "./greeted.ts";
import { type ProtocolRequest, expectAnswer, readFromWorker, writeToWorker } from "./requests.ts";
import { type WorkerLink, interruptBySignal } from "./worker-kind.ts";

// What the code may be asked before an answer comes; one more ends the worker, since nobody waits that often.
const maxInputRequests = 1_000;

// Displays whose acknowledgements are not taken; one more ends the worker, since each waits for its own.
const maxUntakenAcks = 1_000;

// Messages that belong to nothing: a few come late, and so many are a flood, made to keep us busy.
const maxDroppedMessages = 10_000;

/** What an execution and its host have said to each other so far. */
interface Exchange {
  readonly executionId: string;
  /** Ids of input requests that wait for an answer, oldest first. */
  readonly inputRequests: string[];
  /** Input that came before it was asked for; `null` is its end. */
  readonly inputs: (string | null)[];
  /** The result or the error, told at the end: behind all output. */
  last: WorkerEvent | null;
}

/** A worker that is driven over the framed protocol: what its process and its host say to each other. */
export class ProtocolWorker extends GuardedWorker {
  readonly #process: GuardedProcess;
  readonly #channel: WorkerChannel;
  readonly #start: WorkerStartOptions;
  readonly #program: string;
  readonly #answers = new Map<string, PromiseWithResolvers<WorkerMessage>>();
  #exchange: Exchange | null = null;
  #isOver = false;
  #dropped = 0;
  #untakenAcks = 0;
  #requests = 0;

  constructor({ process, channel, lanes, version, kind }: Greeted, start: WorkerStartOptions) {
    const link: WorkerLink = {
      process,
      start,
      send: (message) => this.#send(message),
      ask: (request) => this.#ask(request),
      lost: (what) => this.#lost(what),
    };
    const { features, interrupt = interruptBySignal, operations } = kind;
    super(
      {
        process,
        start,
        features,
        run: (request, output) => this.#tellToRun(request, output),
        write: async (_, data, close) => this.#takeInput(data, close),
        interrupt: (attempt) => interrupt(attempt, link),
        ...(operations === undefined ? {} : { operations: operations(link) }),
      },
      { version, lanes },
    );
    this.#process = process;
    this.#channel = channel;
    this.#start = start;
    this.#program = kind.program ?? kind.language;
    channel.onMessage((message) => this.#receive(message));
    void this.#loseAnswersAtTheEnd();
  }

  /** Messages that belonged to nothing that runs: late, doubled or forged ones. */
  get droppedMessages(): number {
    return this.#dropped;
  }

  override execute(request: WorkerRequest, onEvent: WorkerEventListener): WorkerExecution {
    const { executionId } = request;
    this.#exchange = { executionId, inputRequests: [], inputs: [], last: null };
    return super.execute(request, onEvent);
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

  override async ping(): Promise<Heartbeat> {
    const heartbeat = await super.ping();
    const isIdle = !this.isExecuting && this.#answers.size === 0;
    if (isIdle) expectAnswer(await this.#ask({ type: "ping" }), "heartbeat");
    return heartbeat;
  }

  #tellToRun(
    { executionId, code, stdin, env, cwd, allowInput, trackChanges }: WorkerRequest,
    { stdoutPath, stderrPath }: OutputPaths,
  ): void {
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
  }

  #takeInput(data: Uint8Array, close: boolean): void {
    const exchange = this.#exchange as Exchange; // who may write has an execution that runs
    if (data.length > 0 || !close)
      exchange.inputs.push(Buffer.from(data).toString("utf8").replace(/\n$/, ""));
    if (close) exchange.inputs.push(null);
    this.#answerInput(exchange);
  }

  #answerInput({ inputRequests, inputs }: Exchange): void {
    while (inputRequests.length > 0 && inputs.length > 0) {
      const data = inputs[0] as string | null;
      if (data !== null) inputs.shift(); // the end of the input stays the end
      this.#send({ type: "input_reply", requestId: inputRequests.shift() as string, data });
    }
  }

  /** @throws HoldfastError `worker_lost` */
  #ask(request: ProtocolRequest): Promise<WorkerMessage> {
    const requestId = `q${++this.#requests}`;
    const answer = Promise.withResolvers<WorkerMessage>();
    this.#answers.set(requestId, answer);
    if (this.#isOver) this.#loseAnswers();
    else this.#send({ ...request, requestId });
    return answer.promise;
  }

  async #loseAnswersAtTheEnd(): Promise<void> {
    await this.#process.ended;
    await new Promise((done) => setImmediate(done)); // what it said last may lie in the channel still
    this.#isOver = true;
    this.#loseAnswers();
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
      message: `${what} in session ${sessionId}: its ${this.#program} has ended`,
      details: { sessionId },
    });
  }

  #receive(message: WorkerMessage): void {
    if ("requestId" in message && !("executionId" in message)) return this.#takeAnswer(message);
    if (message.type === "ready") return; // one that was warm has taken on its session
    if (message.type === "fault") return void this.#process.stop();
    if (message.type === "output") {
      const bytes = Buffer.from(message.data);
      return this.#start.onLateOutput?.(message.executionId, message.stream, bytes);
    }
    const exchange = this.#exchange;
    if (
      !this.isExecuting ||
      exchange === null ||
      !("executionId" in message) ||
      message.executionId !== exchange.executionId
    ) {
      return this.#drop();
    }
    const { executionId } = exchange;
    switch (message.type) {
      case "started":
        return; // told when it was sent, since output can be read before this
      case "display": {
        const { mime, displayId, update, requestId } = message;
        this.tell(executionId, { type: "display", mime, displayId, update });
        if (requestId !== null) this.#acknowledge(requestId);
        return;
      }
      case "input_request": {
        const { prompt, password, requestId } = message;
        if (exchange.inputRequests.push(requestId) > maxInputRequests)
          return void this.#process.stop();
        this.tell(executionId, { type: "input_request", prompt, password });
        return this.#answerInput(exchange);
      }
      case "result": {
        const { repr, value, valueTruncated, mime } = message;
        exchange.last = { type: "result", repr, value, valueTruncated, mime };
        return;
      }
      case "error": {
        const { name, message: text, traceback, text: printed } = message;
        exchange.last = { type: "error", name, message: text, traceback, text: printed };
        return;
      }
      case "interrupt_taken":
        return this.interruptTaken(executionId);
      case "changes": {
        const { added, changed, removed, modules } = message;
        this.tell(executionId, { type: "changes", added, changed, removed, modules });
        return;
      }
      case "completed": {
        const { status, keepsOutput = false } = message;
        this.finish(executionId, status, exchange.last, { keepsOutput });
        return;
      }
      default:
        return message satisfies never;
    }
  }

  #takeAnswer(message: WorkerMessage & { readonly requestId: string | null }): void {
    if (message.requestId === null) return;
    const answer = this.#answers.get(message.requestId);
    if (answer === undefined) this.#drop();
    this.#answers.delete(message.requestId);
    answer?.resolve(message);
  }

  #drop(): void {
    if (++this.#dropped > maxDroppedMessages) this.#silence();
  }

  #acknowledge(requestId: string): void {
    if (++this.#untakenAcks > maxUntakenAcks) return this.#silence();
    const taken = () => void this.#untakenAcks--;
    this.#channel.send({ type: "ack", requestId }).then(taken, taken);
  }

  /** Ends a worker that says what none says, and hears it no more. */
  #silence(): void {
    this.#channel.pause();
    void this.#process.stop();
  }

  #send(message: HostMessage): void {
    this.#channel.send(message).catch(() => {}); // it is closed: the end of the worker follows
  }
}
