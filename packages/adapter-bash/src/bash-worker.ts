import {
  createReadStream,
  readFileSync,
  readdirSync,
  readlinkSync,
  statSync,
  unlinkSync,
} from "node:fs";
import { basename, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type BackgroundExecution,
  type CheckpointReport,
  type Feature,
  type ForkReport,
  GuardedProcess,
  type Heartbeat,
  HoldfastError,
  OutputLanes,
  type ProcessExit,
  type RestoreReport,
  type Skipped,
  type StopOptions,
  type StopReport,
  type Value,
  type Variable,
  type Worker,
  type WorkerEventListener,
  type WorkerExecution,
  type WorkerOutcome,
  type WorkerRequest,
  type WorkerStartOptions,
  debug,
  heartbeatOf,
  openPrivateFile,
  randomHex,
  readPrivateFile,
  writePrivateFile,
} from "@holdfast/core";
import { assignment, changesBetween, removal, userVariables } from "./bash-variables.ts";
import { startBackground } from "./background.ts";
import {
  type BashState,
  headerLine,
  leftBehind,
  maxStateBytes,
  minorVersion,
  readState,
  stateHeader,
} from "./bash-state.ts";
import { quote } from "./quote.ts";
import { type ShellControl } from "./shell-control.ts";
import { command, longCommand, shellLine, topLevelCommand, userTraps } from "./shell-line.ts";
import { type StatusRecord, StatusReader } from "./status-record.ts";
import { Stdin } from "./stdin.ts";

/** What the bash runtime can do. */
export const bashFeatures: readonly Feature[] = [
  "stdin",
  "input",
  "background",
  "interrupt",
  "checkpoint",
  "fork",
  "namespace",
  "changes",
];

/** What a {@link BashWorker} is made of. */
export interface BashWorkerOptions {
  readonly process: GuardedProcess;
  readonly start: WorkerStartOptions;
  readonly command: string;
  readonly version: string;
  readonly control: ShellControl;
  readonly lanes: OutputLanes;
  /** Whether its state is what its environment and directory make of it, so that none has to be written down. */
  readonly isPristine: boolean;
  /** `$-` and the traps of a state that it started from. */
  readonly origin: Pick<StatusRecord, "flags" | "traps"> | null;
  /** Starts a worker from a state. */
  readonly startFrom: (start: WorkerStartOptions, state: BashState) => Promise<Worker>;
}

// What is taken on goes in the line itself up to here; a file costs about 100 us.
const maxInlineCode = 512;

// A snapshot of the state in front of an execution costs 0.4 ms, three times the execution of `:`. So there are some, and
// then one for every so many milliseconds: only in a longer run of executions in close order is one left out.
const snapshotBurst = 16;
const snapshotIntervalMs = 20;

/** The shell's trap for interrupts is on this one: the last of the real-time signals, which nothing else uses. */
const sigRtMax = 64;

/** When a signal is sent again to what has not ended by it. */
const interruptAgainMs = 50;

/** How long the shell is idle before its state is written down for a background execution to come. */
const snapshotIdleMs = 5;

/** Records that belong to nothing: a few come late, and so many are a flood, made to keep us busy. */
const maxDroppedRecords = 10_000;

/** How long a shell that has answered may take until it waits for its next line. */
const waitingMs = 1_000;

interface Foreground {
  readonly request: WorkerRequest;
  readonly nonce: string;
  readonly onEvent: WorkerEventListener;
  readonly end: PromiseWithResolvers<WorkerOutcome>;
  /** Settles when it is there to be written to. */
  readonly stdin: PromiseWithResolvers<Stdin>;
  /** The state in front of it, where its changes are asked for. */
  before: string | null;
  /** Run by the shell behind the execution, to put back what was for it alone. */
  after: string;
  /** The shell was given its line. */
  isWritten: boolean;
  isInterrupted: boolean;
  /** A signal was sent for it. */
  isSignalled: boolean;
  /** Its record has come. */
  isEnding: boolean;
  interrupting: NodeJS.Timeout | undefined;
}

/** One bash process that keeps its state, driven over FIFOs in its private folder. */
export class BashWorker implements Worker {
  readonly pid: number;
  readonly version: string;
  readonly features: ReadonlySet<Feature> = new Set(bashFeatures);
  readonly exited: Promise<ProcessExit>;
  readonly #process: GuardedProcess;
  readonly #start: WorkerStartOptions;
  readonly #command: string;
  readonly #startFrom: BashWorkerOptions["startFrom"];
  readonly #lanes: OutputLanes;
  readonly #control: ShellControl;
  readonly #reader = new StatusReader();
  readonly #questions = new Map<string, PromiseWithResolvers<StatusRecord>>();
  readonly #background = new Set<BackgroundExecution>();
  readonly #exit = Promise.withResolvers<ProcessExit>();
  #foreground: Foreground | null = null;
  #lanesReady: Promise<void> = Promise.resolve();
  #isLaneFree = true;
  #flags = "";
  #traps = "trap -- '__holdfast_exit ' EXIT\ntrap -- '__holdfast_interrupt ' SIGRTMAX\n";
  #count = 0;
  #isEnded = false;
  /** The shell is about to start afresh, and a signal would end it. */
  #isReviving = false;
  /** It has asked for that, and has no answer yet. */
  #isLettingGo = false;
  /** Settles when no signal for an earlier execution can reach the next one. */
  #signalsDone: Promise<void> | null = null;
  /** Whether an execution has run since the snapshot. */
  #isDirty: boolean;
  /** Nothing was run yet, and it may be on its way to its directory still. */
  #isFresh: boolean;
  /** File with the state of the last boundary, and when it is whole. */
  #snapshot: {
    readonly path: string;
    readonly directory: string;
    readonly written: Promise<unknown>;
  } | null = null;
  #snapshotAt = 0;
  #snapshotTokens = snapshotBurst;
  #snapshotTimer: NodeJS.Timeout | null = null;
  #late = 0;

  constructor(options: BashWorkerOptions) {
    this.#process = options.process;
    this.#start = options.start;
    this.#command = options.command;
    this.#startFrom = options.startFrom;
    if (options.origin !== null) {
      this.#flags = options.origin.flags;
      this.#traps = options.origin.traps;
    }
    this.version = options.version;
    this.pid = options.process.pid;
    this.exited = this.#exit.promise;
    this.#lanes = options.lanes;
    this.#lanes.listenLate((id, stream, bytes) => options.start.onLateOutput?.(id, stream, bytes));
    this.#isDirty = !options.isPristine;
    this.#isFresh = options.isPristine;
    this.#control = options.control;
    this.#control.listen((bytes) => {
      // A record without an end would be waited for without one.
      const isShort = this.#reader.read(bytes, (record) => this.#record(record));
      if (!isShort || this.droppedRecords > maxDroppedRecords) this.#silence();
    });
    void this.#watch();
  }

  /** Records of the shell that belonged to nothing that runs: late, doubled or forged ones. */
  get droppedRecords(): number {
    return this.#reader.dropped + this.#late;
  }

  execute(request: WorkerRequest, onEvent: WorkerEventListener): WorkerExecution {
    const foreground: Foreground = {
      request,
      nonce: randomHex(6),
      onEvent,
      end: Promise.withResolvers(),
      stdin: Promise.withResolvers(),
      before: null,
      after: "",
      isWritten: false,
      isInterrupted: false,
      isSignalled: false,
      isEnding: false,
      interrupting: undefined,
    };
    this.#foreground = foreground;
    if (this.#snapshotTimer !== null) clearTimeout(this.#snapshotTimer);
    queueMicrotask(() => {
      this.#run(foreground).catch((error: unknown) => this.#refuse(foreground, error));
    });
    if (this.#isEnded) void this.#process.ended.then((exit) => this.#lose(foreground, exit));
    return {
      ended: foreground.end.promise,
      interrupt: () => this.#interrupt(foreground),
      write: async (data, { close = false } = {}) =>
        (await foreground.stdin.promise).write(data, close, request.executionId),
      pause: () => this.#foreground === foreground && this.#lanes.pause(),
      resume: () => this.#foreground === foreground && this.#lanes.resume(),
    };
  }

  async executeInBackground(
    request: WorkerRequest,
    onEvent: WorkerEventListener,
  ): Promise<BackgroundExecution> {
    const background = await startBackground({
      request,
      onEvent,
      command: this.#command,
      start: this.#start,
      state: await this.#currentState(),
      cwd: this.#directory(request.cwd, this.#boundaryDirectory()),
    });
    this.#background.add(background);
    void background.ended.then(() => this.#background.delete(background));
    return background;
  }

  /**
   * Has the shell run what makes it the session's. It is not waited for: what it is told from now on comes behind this, and
   * should it refuse, it is ended.
   */
  takeOn(script: string): void {
    const number = `t${++this.#count}`;
    const isInline = script.length <= maxInlineCode && !script.includes("\n");
    const file = this.#path("assign");
    if (!isInline) this.#put("assign", script);
    const taking = isInline ? script : `builtin . ${quote(file)}`;
    const line = `{ ${taking}; } 2>/dev/null; __holdfast_say "S ${number} $?"$'\\n'`;
    void this.#asked(number, topLevelCommand(line)).then(
      ({ status }) => {
        if (!isInline) unlink(file);
        if (status !== 0) void this.#process.stop();
      },
      () => void this.#process.stop(),
    );
  }

  async checkpoint(write: (piece: Uint8Array) => Promise<void>): Promise<CheckpointReport> {
    return this.#withState(async (path) => {
      const skipped = await this.#leftBehind();
      const { fd, size } = openPrivateFile(path);
      await using state = createReadStream(path, { fd, end: Math.max(0, size - 1) });
      await write(headerLine(this.#stateHeader(size)));
      for await (const piece of state) await write(piece as Buffer);
      return { format: "bash", skipped };
    });
  }

  async restore(pieces: AsyncIterable<Uint8Array>): Promise<RestoreReport> {
    const all: Uint8Array[] = [];
    for await (const piece of pieces) all.push(Buffer.from(piece));
    const { header, commands } = await readState(Buffer.concat(all), this.#reads());
    this.#put("revive", commands);
    const number = `r${++this.#count}`;
    const record = await this.#asked(number, topLevelCommand(`__holdfast_adopt ${number}`));
    this.#flags = header.flags;
    this.#traps = `${header.debug}\n${record.traps}`;
    this.#isDirty = true;
    return { skipped: [] };
  }

  async fork(start: WorkerStartOptions): Promise<ForkReport> {
    const commands = await this.#withState(async (path) => readPrivateFile(path, maxStateBytes));
    const skipped = await this.#leftBehind();
    const worker = await this.#startFrom(start, {
      header: this.#stateHeader(commands.length),
      commands,
    });
    return { worker, skipped };
  }

  async variables(options: {
    readonly names: readonly string[] | null;
    readonly withValues: boolean;
  }): Promise<readonly Variable[]> {
    return userVariables(await this.#stateText(), this.#start.env, options);
  }

  async setVariable(name: string, value: Value): Promise<void> {
    await this.#do(assignment(name, value), `variable ${name}`);
  }

  async deleteVariables(names: readonly string[] | null): Promise<void> {
    const known = await this.variables({ names, withValues: false });
    await this.#do(removal(names, known), "variables");
  }

  async ping(): Promise<Heartbeat> {
    return heartbeatOf(this.pid);
  }

  async stop(options: StopOptions = {}): Promise<StopReport> {
    const [report] = await Promise.all([
      this.#process.stop(options),
      ...[...this.#background].map((background) => background.stop()),
    ]);
    await this.exited;
    return report;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #run(foreground: Foreground): Promise<void> {
    const { request, nonce, onEvent } = foreground;
    if (this.#signalsDone !== null) await this.#signalsDone;
    if (!this.#isLaneFree) await this.#lanesReady;
    const stdin =
      request.allowInput || request.stdin !== null
        ? await Stdin.make(this.#process, `in${++this.#count}`, request)
        : Stdin.empty;
    foreground.stdin.resolve(stdin);
    if (request.trackChanges) foreground.before = await this.#stateText();
    if (this.#isEnded || this.#foreground !== foreground) return;
    this.#lanes.listen((stream, bytes) => onEvent({ type: stream, bytes }));
    const { before, after } = this.#forThisAlone(request);
    foreground.after = after;
    const line = shellLine(
      {
        nonce,
        code: request.code,
        pair: this.#lanes.name,
        stdin: stdin === Stdin.empty ? "" : stdin.path,
        isLive: stdin.isLive,
        flags: this.#flags,
        traps: this.#traps,
      },
      (name, text) => this.#put(name, text),
    );
    const state = this.#snapshotBefore();
    debug.runtime?.("code written", {
      sessionId: this.#start.sessionId,
      executionId: request.executionId,
      lineBytes: line.length,
    });
    this.#send(`${state}${before}${line}`);
    foreground.isWritten = true;
    this.#isDirty = true;
    this.#isFresh = false;
    onEvent({ type: "started", pid: this.pid });
    if (foreground.isInterrupted) this.#signalInterrupt(foreground);
  }

  #refuse(foreground: Foreground, error: unknown): void {
    if (this.#foreground !== foreground) return;
    // Its folder may be gone although the shell is there: user code can do that.
    if (HoldfastError.is(error) && error.code === "worker_lost") return void this.#process.stop();
    const message = error instanceof Error ? error.message : String(error);
    const name = HoldfastError.is(error) ? error.code : "internal";
    foreground.onEvent({ type: "error", name, message, traceback: [], text: message });
    this.#settle(foreground, { status: "error", exitCode: null, signal: null });
  }

  #interrupt(foreground: Foreground): void {
    if (this.#foreground !== foreground) return;
    foreground.isInterrupted = true;
    if (foreground.isWritten) this.#signalInterrupt(foreground);
  }

  /**
   * Signals the shell and what it runs, and again what has not had it: a command that was just being started, or a shell
   * that had not read its line yet. Not while the shell starts afresh.
   */
  #signalInterrupt(foreground: Foreground): void {
    if (this.#foreground !== foreground || foreground.isEnding) return;
    if (!this.#isReviving) {
      this.#process.signalApart(sigRtMax, "SIGINT");
      foreground.isSignalled = true;
    }
    clearTimeout(foreground.interrupting);
    foreground.interrupting = setTimeout(() => this.#signalInterrupt(foreground), interruptAgainMs);
  }

  #record(record: StatusRecord): void {
    if (record.type === "S") {
      if (!this.#questions.has(record.subject)) this.#late++;
      this.#questions.get(record.subject)?.resolve(record);
      this.#questions.delete(record.subject);
      return;
    }
    // Also where they belong to nothing: an interrupt that comes with the end of an execution finds no execution any more.
    if (record.type === "P") {
      if (this.#isLettingGo) this.#late++;
      else void this.#letRevive();
      return;
    }
    if (record.type === "R") {
      this.#isReviving = false;
      unlink(this.#path("revive"));
      const question = this.#questions.get(record.subject);
      this.#questions.delete(record.subject);
      if (question !== undefined) return question.resolve(record);
    }
    const foreground = this.#foreground;
    if (foreground === null || record.subject !== `H${foreground.nonce}`) {
      this.#late++;
      return;
    }
    if (record.type === "B") return void foreground.stdin.promise.then((stdin) => stdin.opened());
    if (record.type === "T") return clearTimeout(foreground.interrupting);
    if (record.type !== "E" && record.type !== "R") return;
    if (foreground.isEnding) return;
    foreground.isEnding = true;
    const { executionId } = foreground.request;
    debug.runtime?.("end reported", { executionId, status: record.status });
    this.#flags = record.flags;
    this.#traps = record.traps;
    this.#finish(foreground, record);
  }

  async #letRevive(): Promise<void> {
    this.#isReviving = true;
    this.#isLettingGo = true;
    await this.#process.barrier();
    this.#isLettingGo = false;
    if (!this.#isEnded) this.#control.letGo();
  }

  /** The command makes the shell run what trap it has pending, while no execution is there for it to end. */
  async #absorbSignals(): Promise<void> {
    await this.#process.barrier();
    if (!this.#isEnded) this.#send(command(":"));
    this.#signalsDone = null;
  }

  #finish(foreground: Foreground, record: StatusRecord): void {
    clearTimeout(foreground.interrupting);
    if (this.#foreground !== foreground) return;
    if (foreground.isSignalled) this.#signalsDone = this.#absorbSignals();
    if (foreground.after !== "") this.#send(this.#longCommand("after", foreground.after));
    if (foreground.before === null) this.#end(foreground, record);
    else void this.#tellChanges(foreground).then(() => this.#end(foreground, record));
  }

  #end(foreground: Foreground, record: StatusRecord): void {
    if (this.#foreground !== foreground) return;
    this.#settle(foreground, {
      status: foreground.isInterrupted ? "interrupted" : "ok",
      exitCode: foreground.isInterrupted ? 130 : record.status,
      signal: null,
    });
    this.#snapshotTimer = setTimeout(
      () => void this.#takeSnapshot().catch(() => {}),
      snapshotIdleMs,
    );
    this.#snapshotTimer.unref();
  }

  async #tellChanges({ before, onEvent }: Foreground): Promise<void> {
    if (before === null) return;
    try {
      onEvent({ type: "changes", ...changesBetween(before, await this.#stateText()) });
    } catch {
      // The shell has ended meanwhile, which is told in its place.
    }
  }

  #settle(foreground: Foreground, outcome: WorkerOutcome): void {
    if (this.#foreground !== foreground) return;
    this.#isLaneFree = this.#lanes.finish(foreground.request.executionId);
    if (!this.#isLaneFree) {
      this.#lanesReady = this.#lanes.renew();
      this.#lanesReady.catch(() => {});
    }
    this.#foreground = null;
    closeStdin(foreground);
    foreground.end.resolve(outcome);
  }

  async #watch(): Promise<void> {
    const exit = await this.#process.ended;
    this.#isEnded = true;
    if (this.#snapshotTimer !== null) clearTimeout(this.#snapshotTimer);
    for (const question of this.#questions.values())
      question.resolve({ type: "S", subject: "", status: 0, flags: "", traps: "" });
    const foreground = this.#foreground;
    if (foreground !== null) {
      this.#lanes.drain();
      this.#lose(foreground, exit);
    }
    await this.#process.gone;
    this.#lanes.close();
    this.#control.close();
    this.#exit.resolve(exit);
  }

  #lose(foreground: Foreground, { exitCode, signal }: ProcessExit): void {
    clearTimeout(foreground.interrupting);
    this.#foreground = null;
    closeStdin(foreground);
    foreground.end.resolve({ status: "lost", exitCode, signal });
  }

  /** Ends a shell that says what no shell says, and hears it no more. */
  #silence(): void {
    this.#control.listen(() => {});
    void this.#process.stop();
  }

  #send(text: string): void {
    if (!this.#control.tell(text)) void this.#process.stop();
  }

  /** Has the shell write its state into a file, and answers its path. */
  async #writtenState(): Promise<string> {
    const number = `s${++this.#count}`;
    await this.#asked(
      number,
      topLevelCommand(
        `builtin trap -p ERR RETURN >|"$__holdfast_dir/traps"; __holdfast_keep ${number} "$@"`,
      ),
    );
    return this.#path(`state.${number}`);
  }

  #stateText(): Promise<string> {
    return this.#withState(async (path) => readPrivateFile(path, maxStateBytes).toString());
  }

  /** Has the state written down, read, and the file removed. @throws HoldfastError `worker_lost` when that goes with the shell */
  async #withState<T>(read: (path: string) => Promise<T>): Promise<T> {
    const path = await this.#writtenState();
    try {
      return await read(path);
    } catch (error) {
      const isGone =
        error instanceof Error && "syscall" in error && "path" in error && error.path === path;
      throw isGone ? this.#lost() : error;
    } finally {
      unlink(path);
    }
  }

  /** Runs a command of ours. @throws HoldfastError `invalid_request` when the shell refuses it */
  async #do(text: string, what: string): Promise<void> {
    const number = `d${++this.#count}`;
    const file = this.#put("do", text);
    const line = `builtin . "$__holdfast_dir/do" 2>/dev/null; __holdfast_say "S ${number} $?"$'\\n'`;
    const { status } = await this.#asked(number, topLevelCommand(line));
    unlink(file);
    this.#isDirty = true;
    if (status === 0) return;
    throw new HoldfastError({
      code: "invalid_request",
      message: `${what}: bash refuses it, such as for a read-only variable`,
      details: { sessionId: this.#start.sessionId },
    });
  }

  /** @throws HoldfastError `worker_lost` */
  async #asked(number: string, text: string): Promise<StatusRecord> {
    if (this.#signalsDone !== null) await this.#signalsDone;
    const answer = this.#isEnded ? null : this.#answer(number, this.#start.startTimeoutMs);
    this.#send(text);
    const record = await answer;
    if (record !== null && !this.#isEnded) return record;
    throw this.#lost(this.#isEnded ? "has ended" : "does not answer");
  }

  #lost(how = "has ended"): HoldfastError {
    const { sessionId } = this.#start;
    return new HoldfastError({
      code: "worker_lost",
      message: `session ${sessionId}: its bash ${how}`,
      details: { sessionId },
    });
  }

  #stateHeader(commandBytes: number) {
    return stateHeader({
      commandBytes,
      bash: minorVersion(this.version),
      flags: [...this.#flags].filter((flag) => flag === "x" || flag === "v").join(""),
      debug: userTraps(this.#traps).debug ?? "",
    });
  }

  /** Before that, the shell has descriptors of its own open for a moment, which look like the user's. */
  async #waitsForItsNextLine(): Promise<void> {
    const commands = `/${basename(this.#process.directory)}/cmd`;
    const isWaiting = () =>
      seen(() => readlinkSync(`/proc/${this.pid}/fd/0`))?.endsWith(commands) ?? true;
    for (const start = performance.now(); !isWaiting(); await sleep(1))
      if (performance.now() - start > waitingMs) return; // the name of its FIFO is not what it was
  }

  #reads() {
    return { bash: minorVersion(this.version), command: this.#command };
  }

  async #leftBehind(): Promise<Skipped[]> {
    await this.#waitsForItsNextLine();
    const file = (name: string) => `/proc/${this.pid}/${name}`;
    // What the shell opens for itself is closed on exec: O_CLOEXEC, octal 02000000, see open(2).
    const isOwn = (fd: string) =>
      /^flags:\s+\d*2\d{6}$/m.test(readFileSync(file(`fdinfo/${fd}`), "latin1"));
    const children = seen(() => readFileSync(file(`task/${this.pid}/children`), "latin1")) ?? "";
    const processes = (children.match(/\d+/g) ?? []).flatMap((pid) => {
      const stat = seen(() => readFileSync(`/proc/${pid}/stat`, "latin1")) ?? "";
      const [, name = "", state = "X"] = /^\d+ \((.*)\) (\w) /s.exec(stat) ?? [];
      return state === "Z" || state === "X" ? [] : [{ pid: Number(pid), command: name }];
    });
    const descriptors = (seen(() => readdirSync(file("fd"))) ?? []).flatMap((fd) => {
      if (Number(fd) <= 2 || seen(() => isOwn(fd)) !== false) return [];
      const target = seen(() => readlinkSync(file(`fd/${fd}`)));
      return target === null ? [] : [{ fd: Number(fd), target }];
    });
    return leftBehind(processes, descriptors);
  }

  async #answer(number: string, timeoutMs: number): Promise<StatusRecord | null> {
    const question = Promise.withResolvers<StatusRecord>();
    this.#questions.set(number, question);
    const timeout = Promise.withResolvers<null>();
    const timer = setTimeout(() => timeout.resolve(null), timeoutMs);
    const record = await Promise.race([question.promise, timeout.promise]);
    clearTimeout(timer);
    this.#questions.delete(number);
    return record;
  }

  /** Asks the shell to write its state down in front of what comes next, unless that was done a moment ago. */
  #snapshotBefore(): string {
    if (!this.#isDirty) return "";
    const now = performance.now();
    const earned = (now - this.#snapshotAt) / snapshotIntervalMs;
    this.#snapshotTokens = Math.min(snapshotBurst, this.#snapshotTokens + earned);
    this.#snapshotAt = now;
    if (this.#snapshotTokens < 1) return "";
    this.#snapshotTokens--;
    const number = `s${++this.#count}`;
    void this.#replaceSnapshot(number);
    return command(`__holdfast_snapshot ${number}`);
  }

  async #takeSnapshot(): Promise<void> {
    if (!this.#isDirty || this.#foreground !== null || this.#isEnded) return;
    const number = `s${++this.#count}`;
    this.#isDirty = false;
    const written = this.#replaceSnapshot(number);
    this.#send(command(`__holdfast_snapshot ${number}`));
    await written;
  }

  /** Expects the shell to write a snapshot of this number; the one before goes when it has. */
  #replaceSnapshot(number: string): Promise<unknown> {
    const old = this.#snapshot;
    const path = this.#path(`state.${number}`);
    const written = this.#answer(number, this.#start.startTimeoutMs).then(
      () => old !== null && unlink(old.path),
    );
    this.#snapshot = { path, directory: this.#currentDirectory(), written };
    return written;
  }

  /** The file with the state of the last boundary. */
  async #currentState(): Promise<string> {
    if (this.#foreground === null) await this.#takeSnapshot();
    await this.#snapshot?.written;
    return this.#snapshot?.path ?? this.#path("state");
  }

  /** What sets the variables and the directory of one execution, and what puts them back. */
  #forThisAlone({ env, cwd }: WorkerRequest): { before: string; after: string } {
    if (env === null && cwd === null) return { before: "", after: "" };
    const names = Object.keys(env ?? {});
    const file = quote(this.#path("env"));
    const before: string[] = [];
    const after: string[] = [];
    if (names.length > 0) {
      before.push(`builtin declare -p ${names.join(" ")} >|${file} 2>/dev/null`);
      before.push(
        ...Object.entries(env ?? {}).map(
          ([name, value]) => `builtin export ${name}=${quote(value)}`,
        ),
      );
      after.push(`builtin unset -v ${names.join(" ")}`);
      // declare within a function is local unless it is told otherwise.
      after.push(
        `while IFS= builtin read -r __holdfast_line || [[ -n $__holdfast_line ]]; do builtin eval "\${__holdfast_line/#declare/declare -g}"; done <${file}`,
      );
    }
    if (cwd !== null) {
      before.push(
        `__holdfast_pwd=$PWD __holdfast_oldpwd=\${OLDPWD-}`,
        `builtin cd -- ${quote(this.#directory(cwd, this.#currentDirectory()))} 2>/dev/null`,
      );
      after.push(`builtin cd -- "$__holdfast_pwd" 2>/dev/null; OLDPWD=$__holdfast_oldpwd`);
    }
    return { before: this.#longCommand("before", before.join("\n")), after: after.join("\n") };
  }

  #longCommand(name: string, text: string): string {
    return longCommand(name, text, (file, content) => this.#put(file, content));
  }

  /** Where the shell is. */
  #currentDirectory(): string {
    if (this.#isFresh) return this.#start.cwd;
    // When it has ended, that is found out by whoever needs it.
    return seen(() => readlinkSync(`/proc/${this.pid}/cwd`)) ?? "/";
  }

  /** Where it was at the last boundary between executions, as far as is known. */
  #boundaryDirectory(): string {
    if (this.#foreground === null) return this.#currentDirectory();
    return this.#snapshot?.directory ?? this.#start.cwd;
  }

  /** A directory as the session sees it. @throws HoldfastError `invalid_request` */
  #directory(cwd: string | null, current: string): string {
    if (cwd === null) return current;
    const path = resolve(current, cwd);
    if (isDirectory(path)) return path;
    throw new HoldfastError({
      code: "invalid_request",
      message: `cwd: received ${JSON.stringify(cwd)}, which is not a directory`,
      details: { cwd },
    });
  }

  /** Writes a file for the shell into its folder, and answers its path. @throws HoldfastError `worker_lost` when that is gone */
  #put(name: string, content: string | Buffer): string {
    const path = this.#path(name);
    writePrivateFile(path, content);
    return path;
  }

  #path(name: string): string {
    return join(this.#process.directory, name);
  }
}

/** What was read, or `null` for what has ended meanwhile. */
function seen<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

/** Also when it never came to be: then nobody has to wait for it. */
function closeStdin({ stdin }: Foreground): void {
  stdin.resolve(Stdin.empty);
  void stdin.promise.then((made) => made.close());
}

/** @throws HoldfastError `invalid_request` for a NUL */
export function checkCode(code: string): void {
  const at = code.indexOf("\0");
  if (at < 0) return;
  throw new HoldfastError({
    code: "invalid_request",
    message: `code: received a NUL character at ${at}, which no shell can take`,
    details: { offset: at },
  });
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function unlink(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Not there, or user code was here.
  }
}
