import type { HostMessage, NamespaceChanges, WorkerMessage } from "@holdfast/core";
import { reportUncaught } from "./background.ts";
import type { InvalidCell } from "./cell/cell.ts";
import { compileCell } from "./cell/compile-cell.ts";
import { type CellValue, runCell } from "./cell/run-cell.ts";
import { createSessionRequire } from "./cell/session-require.ts";
import { silenceImportWarning } from "./cell/import-from-directory.ts";
import { Channel } from "./channel.ts";
import { startControl } from "./start-control.ts";
import { installDisplay } from "./display.ts";
import { type Execution, currentExecution, own, owner, setCurrentExecution } from "./execution.ts";
import { Inputs } from "./input/inputs.ts";
import { Questions } from "./input/questions.ts";
import { installInterrupts, noteEnded, opened, shielded, wasTerminated } from "./interrupts.ts";
import { Bindings } from "./namespace/bindings.ts";
import { Namespace } from "./namespace/namespace.ts";
import { Outputs } from "./output/outputs.ts";
import {
  cwd,
  defineProperty,
  isPromise,
  promiseThen,
  reallyExit,
  runTicks,
  setImmediate,
} from "./primordials.ts";
import { Requests } from "./requests.ts";
import { interrupted, stoppedError } from "./stopped.ts";
import { enterSurroundings, takeOn } from "./surroundings.ts";
import { CellSources } from "./values/cell-sources.ts";
import { describeFailure, describeInvalidCell } from "./values/describe-failure.ts";
import { describeValue } from "./values/describe-value.ts";

const protocolVersion = 1;
const features = [
  "stdin",
  "input",
  "results",
  "displays",
  "interrupt",
  "namespace",
  "changes",
  "completion",
];

/** How the code of an execution ended. */
type Ending =
  | { readonly status: "ok"; readonly value: CellValue }
  | { readonly status: "error"; readonly error: unknown }
  | { readonly status: "invalid"; readonly cell: InvalidCell }
  | { readonly status: "interrupted" };

/** What the worker is made of. */
export interface WorkerOptions {
  /** This file: its frames are no business of the user's. */
  readonly ownFile: string;
  /** The file of the thread that brings interrupts. */
  readonly controlFile: string;
  /** Where it hears of them. */
  readonly interruptPath: string;
}

/** One message after the other, one execution at a time. What is interrupted leaves everything here as it was in front of it. */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #channel = new Channel();
  readonly #questions = new Questions(this.#channel);
  readonly #outputs = new Outputs(this.#channel);
  readonly #inputs = new Inputs(this.#questions, this.#outputs);
  readonly #sources = new CellSources();
  readonly #bindings: Bindings;
  readonly #namespace: Namespace;
  readonly #requests: Requests;
  readonly #keepReporting: () => void;
  #count = 0;
  /** What the execution that runs has changed, where that is asked for. */
  #changes: (() => NamespaceChanges) | null = null;
  #leave: (() => void) | null = null;
  #hasControl = false;

  constructor(options: WorkerOptions) {
    this.#options = options;
    installDisplay(this.#channel, this.#questions, this.#outputs);
    installInterrupts(options.ownFile, () => this.#serve());
    this.#keepReporting = reportUncaught((error) => this.#report(error));
    defineHidden("require", createSessionRequire(cwd));
    defineHidden("__holdfast_resumed", (value: unknown) => {
      if (owner()?.isInterrupted === true) throw stoppedError;
      return value;
    });
    this.#bindings = new Bindings();
    this.#namespace = new Namespace(this.#bindings, cwd);
    this.#requests = new Requests(this.#channel, this.#namespace);
  }

  serve(): void {
    this.#channel.listen(() => this.#serve());
  }

  #serve(): void {
    for (let message = this.#channel.take(); message !== null; message = this.#channel.take()) {
      this.#handle(message);
    }
  }

  #handle(message: HostMessage): void {
    switch (message.type) {
      case "hello":
        return this.#greet(message);
      case "execute":
        return this.#execute({ ...message, number: ++this.#count, isInterrupted: false });
      case "interrupt":
        return this.#interrupt(message.executionId);
      case "input_reply":
        return void this.#questions.answer(message);
      case "ping":
        return this.#channel.send({
          type: "heartbeat",
          requestId: message.requestId,
          isBusy: currentExecution() !== null,
        });
      case "shutdown":
        return reallyExit(0);
      case "ack":
        return; // of a display whose execution was interrupted
      default:
        return this.#requests.answer(message);
    }
  }

  #greet(hello: HostMessage & { readonly type: "hello" }): void {
    if (hello.protocolVersion !== protocolVersion) {
      const message = `protocol version ${hello.protocolVersion}, this worker has ${protocolVersion}`;
      this.#channel.send({ type: "fault", code: "protocol_mismatch", message });
      return reallyExit(1);
    }
    this.#channel.limitFrames(hello.maxFrameBytes);
    try {
      takeOn(hello.env, hello.cwd);
    } catch (error) {
      const { message } = error as Error;
      this.#channel.send({ type: "fault", code: "worker_start_failed", message });
      return reallyExit(1);
    }
    this.#channel.send({
      type: "ready",
      protocolVersion,
      runtime: "javascript",
      version: process.versions.node,
      pid: process.pid,
      features,
    });
    if (this.#hasControl) return;
    this.#hasControl = true;
    setImmediate(() => startControl(this.#options));
    silenceImportWarning();
  }

  #execute(execution: Execution): void {
    setCurrentExecution(execution);
    this.#channel.send({ type: "started", executionId: execution.executionId });
    try {
      this.#outputs.attach(execution);
      this.#inputs.attach(execution);
      this.#keepReporting();
      this.#leave = enterSurroundings(execution);
      own(execution, () => this.#run(execution));
    } catch (error) {
      this.#finish(execution, { status: "error", error });
    }
  }

  #run(execution: Execution): void {
    const fileName = `<cell ${execution.number}>`;
    const { constants } = this.#bindings;
    this.#sources.remember(fileName, execution.code);
    this.#bindings.modules.begin(execution.executionId);
    if (execution.trackChanges) this.#changes = this.#namespace.watch();
    const cell = opened(() => compileCell(execution.code, { fileName, constants }));
    if (cell.status === "invalid") {
      return this.#finish(execution, { status: "invalid", cell });
    }
    this.#sources.remember(fileName, execution.code, cell.originalPosition);
    const value = opened(() => runCell(cell, this.#bindings));
    if (!isPromise(value)) {
      this.#settleTurn();
      return this.#finish(execution, { status: "ok", value });
    }
    // What is due in this turn, such as the report of a rejection, is in front of the end.
    const finishSoon = (ending: Ending) => void setImmediate(() => this.#finish(execution, ending));
    promiseThen(
      value as Promise<CellValue>,
      (settled) => finishSoon({ status: "ok", value: settled }),
      (error: unknown) => finishSoon({ status: "error", error }),
    );
  }

  /** Continuations that are due belong to the execution, as they would at the end of a script. */
  #settleTurn(): void {
    for (;;) {
      try {
        opened(runTicks);
        return;
      } catch (error) {
        this.#report(error);
      }
    }
  }

  #interrupt(executionId: string): void {
    const execution = currentExecution();
    if (execution === null || execution.executionId !== executionId) return;
    execution.isInterrupted = true;
    this.#finish(execution, { status: "interrupted" });
  }

  #finish(execution: Execution, came: Ending): void {
    if (currentExecution() !== execution) return;
    // What was terminated can look as if it had come to its end: V8 drops the continuations that were due.
    const ending: Ending = wasTerminated(execution.number) ? { status: "interrupted" } : came;
    const last = own(execution, () => opened(() => this.#describe(ending, execution)));
    const changes = opened(() => this.#changes?.());
    shielded(() => {
      this.#leave?.();
      this.#leave = this.#changes = null;
      const { executionId } = execution;
      setCurrentExecution(null);
      noteEnded(execution.number);
      this.#questions.forget();
      const completed: WorkerMessage = {
        type: "completed",
        executionId,
        status: ending.status === "invalid" ? "error" : ending.status,
        keepsOutput: this.#outputs.release(),
      };
      const messages: WorkerMessage[] = [];
      if (changes !== undefined) messages[0] = { type: "changes", executionId, ...changes };
      if (last !== null) messages[messages.length] = { ...last, executionId };
      this.#channel.send(...messages, completed);
    });
  }

  #describe(ending: Ending, { number }: Execution) {
    switch (ending.status) {
      case "ok": {
        if (ending.value === undefined || ending.value[0] === undefined) return null;
        const { problems, ...result } = describeValue(ending.value[0]);
        for (const problem of problems) this.#outputs.print("stderr", `${problem}\n`);
        return { type: "result" as const, ...result };
      }
      case "error":
        return { type: "error" as const, ...this.#describeError(ending.error) };
      case "invalid":
        return {
          type: "error" as const,
          ...describeInvalidCell(ending.cell, `<cell ${number}>`, this.#sources),
        };
      case "interrupted":
        return { type: "error" as const, ...interrupted };
      default:
        return ending satisfies never;
    }
  }

  #describeError(error: unknown) {
    const { ownFile } = this.#options;
    return describeFailure(error, { sources: this.#sources, isOurs: (file) => file === ownFile });
  }

  /** An error that nobody waits for. */
  #report(error: unknown): void {
    this.#outputs.print("stderr", `Uncaught ${this.#describeError(error).text}`);
  }
}

function defineHidden(name: string, value: unknown): void {
  defineProperty(globalThis, name, { value, writable: true, configurable: true });
}
