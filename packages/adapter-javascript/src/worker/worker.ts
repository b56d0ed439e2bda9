import type { ExecutionFailure, HostMessage, WorkerMessage } from "@holdfast/core";
import { reportUncaught } from "./background.ts";
import { CellSources } from "./cell-sources.ts";
import { compileCell } from "./cell/compile-cell.ts";
import { type CellValue, runCell } from "./cell/run-cell.ts";
import { createSessionRequire } from "./cell/session-require.ts";
import { Channel } from "./channel.ts";
import { startControl } from "./start-control.ts";
import { installDisplay } from "./display.ts";
import { type Execution, currentExecution, own, owner, setCurrentExecution } from "./execution.ts";
import { describeBarely, describeFailure, describeInvalidCell } from "./failure.ts";
import { Inputs } from "./input/inputs.ts";
import { Questions } from "./input/questions.ts";
import { installInterrupts, noteEnded, opened, shielded } from "./interrupts.ts";
import { Bindings } from "./namespace/bindings.ts";
import { Outputs } from "./output/outputs.ts";
import {
  cwd,
  defineProperty,
  isPromise,
  promiseThen,
  reallyExit,
  runTicks,
  setImmediate,
  utf8Bytes,
} from "./primordials.ts";
import { describeResult, displayBundle } from "./result.ts";
import { stoppedError } from "./stopped.ts";
import { enterSurroundings, takeOn } from "./surroundings.ts";

const protocolVersion = 1;
const features = ["stdin", "input", "results", "displays", "interrupt"];

/** How the code of an execution ended. */
type Ending =
  | { readonly status: "ok"; readonly value: CellValue }
  | { readonly status: "error"; readonly error: unknown }
  | { readonly status: "invalid"; readonly failure: ExecutionFailure }
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
  readonly #keepReporting: () => void;
  #count = 0;
  #leave: (() => void) | null = null;
  #hasControl = false;

  constructor(options: WorkerOptions) {
    this.#options = options;
    installDisplay(this.#channel, this.#questions, displayBundle);
    installInterrupts(options.ownFile, () => this.#serve());
    this.#keepReporting = reportUncaught((error) => this.#report(error));
    defineHidden("require", createSessionRequire(cwd));
    defineHidden("__holdfast_resumed", (value: unknown) => {
      if (owner()?.isInterrupted === true) throw stoppedError;
      return value;
    });
    this.#bindings = new Bindings();
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
        return this.#channel.send({
          type: "refused",
          requestId: message.requestId,
          code: "feature_unsupported",
          message: `request of type ${message.type}`,
        });
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
    const fileName = this.#sources.add(execution.code);
    const { constants } = this.#bindings;
    const cell = opened(() => compileCell(execution.code, { fileName, constants }));
    if (cell.status === "invalid") {
      const failure = describeInvalidCell(cell, fileName, this.#sources.line(fileName, cell.line));
      return this.#finish(execution, { status: "invalid", failure });
    }
    this.#sources.map(fileName, cell.originalPosition);
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

  #finish(execution: Execution, ending: Ending): void {
    if (currentExecution() !== execution) return;
    const last = own(execution, () => opened(() => this.#describe(ending)));
    shielded(() => {
      this.#leave?.();
      this.#leave = null;
      const { executionId } = execution;
      setCurrentExecution(null);
      noteEnded(execution.number);
      this.#questions.forget();
      const keepsOutput = this.#outputs.release();
      const status = ending.status === "invalid" ? "error" : ending.status;
      const completed: WorkerMessage = { type: "completed", executionId, status, keepsOutput };
      if (last === null) return this.#channel.send(completed);
      try {
        this.#channel.send({ ...last, executionId }, completed);
      } catch {
        // No message can hold it.
        this.#channel.send({ type: "error", executionId, ...describeBarely(last) }, completed);
      }
    });
  }

  #describe(ending: Ending) {
    switch (ending.status) {
      case "ok":
        if (ending.value === undefined || ending.value[0] === undefined) return null;
        return { type: "result" as const, ...describeResult(ending.value[0]) };
      case "error":
        return { type: "error" as const, ...this.#describeError(ending.error) };
      case "invalid":
        return { type: "error" as const, ...ending.failure };
      case "interrupted":
        return { type: "error" as const, ...this.#describeError(stoppedError) };
      default:
        return ending satisfies never;
    }
  }

  #describeError(error: unknown): ExecutionFailure {
    return describeFailure(error, this.#sources, this.#options.ownFile);
  }

  /** An error that nobody waits for. */
  #report(error: unknown): void {
    this.#outputs.write("stderr", utf8Bytes(this.#describeError(error).text));
  }
}

function defineHidden(name: string, value: unknown): void {
  defineProperty(globalThis, name, { value, writable: true, configurable: true });
}
