import {
  type Greeted,
  GuardedProcess,
  HoldfastError,
  OutputLanes,
  ProtocolWorker,
  type Runtime,
  type RuntimeInfo,
  type WarmOptions,
  WarmProtocolWorker,
  type WarmWorker,
  type Worker,
  type WorkerStartOptions,
  assignWorker,
  markedEnvironment,
  greetProcess,
} from "@holdfast/core";
import { adapterFile } from "../adapter-file.ts";
import { pyodide } from "../python-kinds.ts";
import { type PyodidePackage, findPyodide } from "./find-pyodide.ts";
import { PyodideSnapshot } from "./pyodide-snapshot.ts";
import type { PyodideThreadData } from "./thread-messages.ts";

/** Options of {@link pythonRuntime} for Pyodide, which is CPython as WebAssembly and runs in Node. */
export interface PyodideRuntimeOptions {
  readonly engine: "pyodide";
  /** Folder of the npm package `pyodide`. @default where Node finds it from here */
  readonly folder?: string;
  /**
   * Whether sessions start from a copy of the memory of the first one, as it was before it was anybody's: in a fifth of the
   * time. The first start, which makes the copy, has a minute whatever its `startTimeoutMs` says. 30 MB of the temporary
   * folder, until `close()` or the end of our process. @default true
   */
  readonly snapshot?: boolean;
}

/** Sessions in Pyodide, each a Node process of its own. */
export class PyodideRuntime implements Runtime {
  readonly name = "python";
  readonly #folder: string | undefined;
  readonly #snapshot: PyodideSnapshot | null;
  /** Of the last session: what waits for the next one has the same. */
  #timeZone: string | undefined = process.env["TZ"];
  #timeZoneOfSpare: string | undefined;

  constructor({ folder, snapshot = true }: PyodideRuntimeOptions) {
    this.#folder = folder;
    this.#snapshot = snapshot
      ? new PyodideSnapshot({
          make: (path, limits) => {
            this.#timeZoneOfSpare = this.#timeZone;
            const start = { sessionId: "snapshot", ...limits };
            return this.#launch({ path, isMade: false }, start, unassigned(this.#timeZone));
          },
        })
      : null;
  }

  async inspect(): Promise<RuntimeInfo> {
    const what = { name: this.name, engine: "pyodide" };
    const found = findPyodide(this.#folder);
    if ("reason" in found) return { ...what, isAvailable: false, ...found };
    const { folder: executable, pythonVersion: version } = found;
    return { ...what, isAvailable: true, version, executable, features: pyodide.features };
  }

  async start(options: WorkerStartOptions): Promise<Worker> {
    this.#timeZone = options.env["TZ"];
    const snapshot = await this.#madeSnapshot(options.signal);
    const spare = this.#takeSpare(options.env["TZ"]);
    if (spare === null)
      return new ProtocolWorker(await this.#launch(snapshot, options, options), options);
    const { env, cwd } = options;
    return assignWorker(spare, options, { env: markedEnvironment(env, spare.process), cwd });
  }

  async warm(options: WarmOptions): Promise<WarmWorker> {
    if (options.env !== undefined) this.#timeZone = options.env["TZ"];
    const timeZone = this.#timeZone;
    const snapshot = await this.#madeSnapshot(options.signal);
    const greeted =
      this.#takeSpare(timeZone) ??
      (await this.#launch(snapshot, { sessionId: "warm", ...options }, unassigned(timeZone)));
    return new WarmProtocolWorker(greeted, ({ env }) => env["TZ"] === timeZone);
  }

  async close(): Promise<void> {
    await this.#snapshot?.close();
  }

  /** What is there already, so that a start begins with it; it is made now where it is not. */
  async #madeSnapshot(signal: AbortSignal | undefined): Promise<PyodideThreadData["snapshot"]> {
    this.#find(); // before anything is begun
    const path = (await this.#snapshot?.path(signal)) ?? null;
    return path === null ? null : { path, isMade: true };
  }

  async #launch(
    snapshot: PyodideThreadData["snapshot"],
    start: Omit<WorkerStartOptions, "env" | "cwd">,
    { env, cwd }: Pick<WorkerStartOptions, "env" | "cwd">,
  ): Promise<Greeted> {
    const data = { pyodide: this.#find().folder, worker: adapterFile("worker"), snapshot };
    const process = await GuardedProcess.start({
      command: globalThis.process.execPath,
      // Not a debugger for whoever sends SIGUSR1.
      args: [
        "--disable-sigusr1",
        adapterFile("dist/pyodide/pyodide-process.mjs"),
        JSON.stringify(data),
      ],
      // Node heeds variables that are not for it, and its time zone is Python's.
      env: env["TZ"] === undefined ? {} : { TZ: env["TZ"] },
      cwd: "/",
      fifos: OutputLanes.fifos,
      withChannel: true,
      startTimeoutMs: start.startTimeoutMs,
      ...(start.signal ? { signal: start.signal } : {}),
    });
    return greetProcess(process, start, pyodide, { env: markedEnvironment(env, process), cwd });
  }

  #takeSpare(timeZone: string | undefined): Greeted | null {
    return this.#timeZoneOfSpare === timeZone ? (this.#snapshot?.takeSpare() ?? null) : null;
  }

  /** @throws HoldfastError `runtime_unavailable` */
  #find(): PyodidePackage {
    const found = findPyodide(this.#folder);
    if (!("reason" in found)) return found;
    throw new HoldfastError({
      code: "runtime_unavailable",
      message: `python: ${found.reason}. ${found.install}`,
      details: { runtime: this.name, install: found.install },
    });
  }
}

/** What a process begins with that is nobody's yet. */
function unassigned(timeZone: string | undefined): Pick<WorkerStartOptions, "env" | "cwd"> {
  return { env: timeZone === undefined ? {} : { TZ: timeZone }, cwd: "/" };
}
