import type {
  ExecutionFailure,
  ExecutionResult,
  HostMessage,
  NamespaceChanges,
  WorkerMessage,
} from "@holdfast/core";
import { reportUncaught } from "./background.ts";
import type { InvalidCell } from "./cell/cell.ts";
import { compileCell } from "./cell/compile-cell.ts";
import { createImportMeta, importMetaName } from "./cell/import-meta.ts";
import { silenceImportWarning } from "./cell/import-from-directory.ts";
import { type CellValue, runCell } from "./cell/run-cell.ts";
import { createSessionRequire } from "./cell/session-require.ts";
import { forgetImports, forgetTornModules } from "./cell/torn-modules.ts";
import type { Channel } from "./channel.ts";
import { installDisplay } from "./display.ts";
import {
  type Execution,
  currentExecution,
  executionOf,
  forgetExecutions,
  own,
  owner,
  setCurrentExecution,
} from "./execution.ts";
import { Inputs } from "./input/inputs.ts";
import { Questions } from "./input/questions.ts";
import { noteEnded, opened, shielded, wasImportTerminated, wasTerminated } from "./interrupts.ts";
import { Bindings } from "./namespace/bindings.ts";
import { LastResults } from "./namespace/last-results.ts";
import { Namespace } from "./namespace/namespace.ts";
import { Outputs } from "./output/outputs.ts";
import {
  cwd,
  defineProperty,
  isPromise,
  promiseThen,
  runTicks,
  setImmediate,
} from "./primordials.ts";
import { withPristineRealm } from "./realm/pristine-realm.ts";
import { Requests } from "./requests.ts";
import { interrupted, stoppedError } from "./stopped.ts";
import { enterSurroundings } from "./surroundings.ts";
import { stopTimersOfInterrupted } from "./timers.ts";
import { CellSources } from "./values/cell-sources.ts";
import { describeFailure, describeInvalidCell } from "./values/describe-failure.ts";
import { describeValue } from "./values/describe-value.ts";

/** What code calls when it has waited: it does not go on where it was interrupted. */
const resumptionCheck = "__holdfast_resumed";

// Values of several kinds, an error, and what waits. Nothing that stays.
const rehearsals = ["1 + 1", "[1, { two: [] }].map((item) => `${item}`)", "'a'", "null.a"];
const waitingRehearsal = "await 1; 2";
const rehearsalNumber = -1;

const noRequest = {
  type: "execute",
  executionId: "rehearsal",
  stdin: null,
  env: null,
  cwd: null,
  allowInput: false,
  trackChanges: false,
} as const;

/** How the code of an execution ended. */
type Ending =
  | { readonly status: "ok"; readonly value: CellValue }
  | { readonly status: "error"; readonly error: unknown }
  | { readonly status: "invalid"; readonly cell: InvalidCell }
  | { readonly status: "interrupted" };

/** The last that is told of an execution. */
type Last =
  | ({ readonly type: "result" } & ExecutionResult)
  | ({ readonly type: "error" } & ExecutionFailure);

/** What is done for a session, and what it leaves. What is interrupted leaves everything here as it was in front of it. */
export class Executor {
  readonly #channel: Channel;
  readonly #isOurs: (file: string) => boolean;
  readonly #questions: Questions;
  readonly #outputs: Outputs;
  readonly #inputs: Inputs;
  readonly #sources = new CellSources();
  readonly #bindings: Bindings;
  readonly #lastResults = new LastResults();
  readonly #namespace: Namespace;
  readonly #requests: Requests;
  readonly #keepReporting: () => void;
  #count = 0;
  #leave: (() => void) | null = null;
  /** What the execution that runs has changed, where that is asked for. */
  #changes: (() => NamespaceChanges) | null = null;

  /** Before any user code. `isOurs`: whether a file of a stack is no business of the user's. */
  constructor(channel: Channel, isOurs: (file: string) => boolean, directory: string) {
    this.#channel = channel;
    this.#isOurs = isOurs;
    this.#questions = new Questions(channel);
    this.#outputs = new Outputs(channel);
    this.#outputs.attachFirst(directory);
    this.#inputs = new Inputs(this.#questions, this.#outputs);
    installDisplay(channel, this.#questions, this.#outputs);
    this.#keepReporting = reportUncaught((error) => this.#report(error));
    silenceImportWarning();
    stopTimersOfInterrupted();
    const require = createSessionRequire(cwd, (id) => this.#bindings.modules.note(id));
    defineHidden("require", require);
    defineHidden(importMetaName, createImportMeta(cwd));
    defineHidden(resumptionCheck, (value: unknown) => {
      if (owner()?.isInterrupted === true) throw stoppedError;
      return value;
    });
    this.#bindings = new Bindings();
    this.#namespace = new Namespace(this.#bindings, cwd);
    this.#requests = new Requests(channel, {
      bindings: this.#bindings,
      namespace: this.#namespace,
      require,
    });
  }

  handle(message: HostMessage): void {
    switch (message.type) {
      case "execute":
        return this.#execute(executionOf(message, ++this.#count));
      case "interrupt":
        return this.#interrupt(message.executionId);
      case "input_reply":
        return void this.#questions.answer(message);
      case "ack":
        return; // of a display whose execution was interrupted
      case "hello":
      case "shutdown":
        return;
      default:
        return this.#requests.answer(message);
    }
  }

  /**
   * Goes the way of an execution, and leaves nothing of it: what V8 compiles when it is called, and learns from being called
   * again, is there then. Not when anything was executed.
   */
  rehearse(round: number): void {
    const { paths } = this.#outputs;
    if (paths === null) return;
    if (round === 0) {
      this.#inputs.rehearse();
      const cell = compileCell(waitingRehearsal, { fileName: "<rehearsal>" });
      if (cell.status === "ok") void runCell(cell, this.#bindings);
    }
    const code = rehearsals[round % rehearsals.length] as string;
    this.#count = rehearsalNumber - 1;
    shielded(() => this.#channel.rehearse({ ...noRequest, ...paths, code }));
    this.#count = 0;
    forgetExecutions();
    this.#lastResults.forget();
    this.#sources.forget(`<cell ${rehearsalNumber}>`);
    this.#bindings.modules.begin(null);
  }

  #execute(execution: Execution): void {
    setCurrentExecution(execution);
    this.#channel.sendSoon({ type: "started", executionId: execution.executionId });
    try {
      withPristineRealm(() => this.#enter(execution));
      own(execution, () => this.#run(execution));
    } catch (error) {
      this.#finish(execution, { status: "error", error });
    }
  }

  /** @throws what the system says of a directory that is not there */
  #enter(execution: Execution): void {
    this.#outputs.attach(execution);
    this.#inputs.attach(execution);
    this.#keepReporting();
    this.#sources.remember(`<cell ${execution.number}>`, execution.code);
    this.#bindings.modules.begin(execution.executionId);
    forgetImports();
    if (execution.trackChanges) this.#changes = this.#namespace.watch();
    this.#leave = enterSurroundings(execution);
  }

  #run(execution: Execution): void {
    const fileName = `<cell ${execution.number}>`;
    const { constants } = this.#bindings;
    const cell = opened(() =>
      compileCell(execution.code, { fileName, constants, resumptionCheck }),
    );
    if (cell.status === "invalid") return this.#finish(execution, { status: "invalid", cell });
    const { originalPosition } = cell;
    if (originalPosition !== null) {
      withPristineRealm(() => this.#sources.remember(fileName, execution.code, originalPosition));
    }
    const value = opened(() => runCell(cell, this.#bindings));
    if (!isPromise(value)) {
      this.#settleTurn();
      return this.#finish(execution, { status: "ok", value });
    }
    // What is due in this turn, such as the report of a rejection, is in front of the end.
    const finishSoon = (ending: Ending) => void setImmediate(() => this.#finish(execution, ending));
    promiseThen(
      value,
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

  /** Code was terminated: where it was the execution's, this is its end. */
  endTerminated(): void {
    withPristineRealm(() => forgetTornModules(wasImportTerminated()));
    const execution = currentExecution();
    if (execution === null || !wasTerminated(execution.number)) return;
    execution.isInterrupted = true;
    this.#finish(execution, { status: "interrupted" });
  }

  #interrupt(executionId: string): void {
    const execution = currentExecution();
    if (execution === null || execution.executionId !== executionId) return;
    execution.isInterrupted = true;
    this.#finish(execution, { status: "interrupted" });
  }

  #finish(execution: Execution, came: Ending): void {
    if (currentExecution() !== execution) return;
    const ending = this.#wasInterrupted(execution, came)
      ? { status: "interrupted" as const }
      : came;
    // What is terminated in here comes back as an interrupt, and must then find nothing that can be.
    const last =
      ending.status === "interrupted"
        ? { type: "error" as const, ...interrupted }
        : own(execution, () => opened(() => this.#describe(ending, execution)));
    const changesOf = this.#changes;
    this.#changes = null;
    const changes = opened(() => changesOf?.());
    shielded(() =>
      withPristineRealm(() => this.#complete(execution, ending.status, last, changes)),
    );
  }

  /**
   * What was terminated can look as if it had come to its end, since V8 drops the continuations that were due; and what waited for
   * a child fails with that, when the child has got the signal.
   */
  #wasInterrupted({ number, executionId }: Execution, { status }: Ending): boolean {
    return wasTerminated(number) || (status === "error" && this.#channel.hasInterrupt(executionId));
  }

  /** Whatever is there to be told: it is over. */
  #complete(
    { executionId, number }: Execution,
    status: Ending["status"],
    last: Last | null,
    changes: NamespaceChanges | undefined,
  ): void {
    this.#leave?.();
    this.#leave = this.#changes = null;
    setCurrentExecution(null);
    noteEnded(number);
    this.#questions.forget();
    const completed: WorkerMessage = {
      type: "completed",
      executionId,
      status: status === "invalid" ? "error" : status,
      keepsOutput: this.#outputs.release(),
    };
    try {
      const messages: WorkerMessage[] = [];
      if (changes !== undefined) messages.push({ type: "changes", executionId, ...changes });
      if (last !== null) messages.push({ ...last, executionId });
      this.#channel.send(...messages, completed);
    } catch {
      this.#channel.send(completed); // no message can hold what there was to tell
    }
  }

  #describe(
    ending: Exclude<Ending, { readonly status: "interrupted" }>,
    { number }: Execution,
  ): Last | null {
    switch (ending.status) {
      case "ok": {
        if (ending.value === undefined || ending.value[0] === undefined) return null;
        const { problems, ...result } = describeValue(ending.value[0]);
        this.#lastResults.keep(ending.value[0]);
        this.#outputs.printLines("stderr", problems);
        return { type: "result", ...result };
      }
      case "error":
        return { type: "error", ...this.#describeError(ending.error) };
      case "invalid":
        return {
          type: "error",
          ...describeInvalidCell(ending.cell, `<cell ${number}>`, this.#sources),
        };
      default:
        return ending satisfies never;
    }
  }

  #describeError(error: unknown) {
    return describeFailure(error, { sources: this.#sources, isOurs: this.#isOurs });
  }

  /** An error that nobody waits for. */
  #report(error: unknown): void {
    this.#outputs.print("stderr", `Uncaught ${this.#describeError(error).text}`);
  }
}

function defineHidden(name: string, value: unknown): void {
  defineProperty(globalThis, name, { value, writable: true, configurable: true });
}
