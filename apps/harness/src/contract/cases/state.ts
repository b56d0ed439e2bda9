import type { CheckpointReport, Worker } from "@holdfast/core";
import { expect } from "vitest";
import { isRunning } from "../../leaks/process-tree.ts";
import { contractCase, contractTopic } from "../contract-case.ts";
import { featureMethod } from "../feature-method.ts";

const needs = { features: ["checkpoint"], abilities: ["remember", "recall"] } as const;

interface Checkpoint {
  readonly state: Buffer;
  readonly report: CheckpointReport;
}

async function checkpoint(worker: Worker): Promise<Checkpoint> {
  const pieces: Buffer[] = [];
  const report = await featureMethod(
    worker,
    "checkpoint",
  )(async (piece) => void pieces.push(Buffer.from(piece)));
  return { state: Buffer.concat(pieces), report };
}

/** In pieces of that size; as a whole by default. */
async function* inPieces(state: Uint8Array, size = Math.max(1, state.length)) {
  for (let at = 0; at < state.length; at += size) yield state.subarray(at, at + size);
}

export const checkpointCases = contractTopic("checkpoint and restore", [
  contractCase(
    "restore() brings a state back in the same worker [R7.1]",
    needs,
    async ({ start, run, output, soon, language }) => {
      const worker = await start();
      await run(worker, language.remember("kept", "1")).ended;
      const { state } = await soon(checkpoint(worker), "checkpoint()");
      await run(worker, language.remember("kept", "2")).ended;
      await run(worker, language.remember("other", "3")).ended;
      await soon(featureMethod(worker, "restore")(inPieces(state)), "restore()");
      await expect(output(worker, language.recall("kept"))).resolves.toBe("1");
      await expect(output(worker, language.recall("other"))).resolves.toBe("");
    },
  ),
  contractCase(
    "restore() brings the state of a worker that has ended into another [R7.3]",
    needs,
    async ({ start, run, output, soon, language }) => {
      const first = await start();
      await run(first, language.remember("kept", "4711")).ended;
      const { state } = await soon(checkpoint(first), "checkpoint()");
      await soon(first.stop(), "stop()");
      const second = await start();
      await soon(featureMethod(second, "restore")(inPieces(state)), "restore()");
      await expect(output(second, language.recall("kept"))).resolves.toBe("4711");
    },
  ),
  contractCase(
    "checkpoint() tells its format and what it left out, and leaves the state as it is [R7.1]",
    needs,
    async ({ start, run, output, soon, language }) => {
      const worker = await start();
      await run(worker, language.remember("kept", "1")).ended;
      const { report } = await soon(checkpoint(worker), "checkpoint()");
      expect(report).toMatchObject({ format: expect.stringMatching(/./), skipped: [] });
      await expect(output(worker, language.recall("kept"))).resolves.toBe("1");
    },
  ),
  contractCase(
    "checkpoint() waits for each piece to be taken before it writes the next [D21]",
    needs,
    async ({ start, run, soon, language }) => {
      const worker = await start();
      await run(worker, language.remember("kept", "7".repeat(300_000))).ended;
      let writing = 0;
      let most = 0;
      let bytes = 0;
      const report = featureMethod(
        worker,
        "checkpoint",
      )(async (piece) => {
        most = Math.max(most, ++writing);
        const isFirst = bytes === 0;
        bytes += piece.length;
        // Absence cannot be waited for: a second piece that does not wait for the first would come now.
        await new Promise((done) => setTimeout(done, isFirst ? 50 : 0));
        writing--;
      });
      await soon(report, "checkpoint()");
      expect([most, writing]).toEqual([1, 0]);
      expect(bytes).toBeGreaterThanOrEqual(300_000);
    },
  ),
  contractCase(
    "checkpoint() fails with what failed in taking a piece, and the worker goes on [F24]",
    needs,
    async ({ start, run, output, soon, language }) => {
      const worker = await start();
      await run(worker, language.remember("kept", "1")).ended;
      const failing = featureMethod(
        worker,
        "checkpoint",
      )(async () => {
        throw new Error("disk full");
      });
      await expect(soon(failing, "checkpoint()")).rejects.toThrow("disk full");
      await expect(output(worker, language.recall("kept"))).resolves.toBe("1");
      const { state } = await soon(checkpoint(worker), "checkpoint()");
      expect(state.length).toBeGreaterThan(0);
    },
  ),
  contractCase(
    "restore() takes a state in pieces of any size [R7.3]",
    needs,
    async ({ start, run, output, soon, language }) => {
      const first = await start();
      await run(first, language.remember("kept", "4711")).ended;
      const { state } = await soon(checkpoint(first), "checkpoint()");
      for (const size of [7, Math.ceil(state.length / 2)]) {
        const worker = await start();
        await soon(featureMethod(worker, "restore")(inPieces(state, size)), "restore()");
        await expect(output(worker, language.recall("kept"))).resolves.toBe("4711");
      }
    },
  ),
  ...(
    [
      ["nothing at all", () => Buffer.alloc(0)],
      ["noise", () => Buffer.from(Array.from({ length: 1_000 }, (_, n) => (n * 131) % 256))],
      [
        "a state whose beginning is damaged",
        (state) => Buffer.concat([Buffer.from("?"), state.subarray(1)]),
      ],
      ["a state that is cut short", (state) => state.subarray(0, state.length - 1)],
    ] as readonly (readonly [string, (state: Buffer) => Buffer])[]
  ).map(([what, damaged]) =>
    contractCase(
      `restore() refuses ${what} with checkpoint_invalid, and the state is as before [A39]`,
      needs,
      async ({ start, run, output, soon, language }) => {
        const worker = await start();
        await run(worker, language.remember("kept", "1")).ended;
        const { state } = await soon(checkpoint(worker), "checkpoint()");
        await run(worker, language.remember("kept", "2")).ended;
        const restoring = featureMethod(worker, "restore")(inPieces(damaged(state)));
        await expect(soon(restoring, "restore()")).rejects.toMatchObject({
          code: "checkpoint_invalid",
        });
        await expect(output(worker, language.recall("kept"))).resolves.toBe("2");
      },
    ),
  ),
  contractCase(
    "checkpoint() and restore() of a worker that has ended are refused with worker_lost [R2.1]",
    needs,
    async ({ start, soon }) => {
      const worker = await start();
      const { state } = await soon(checkpoint(worker), "checkpoint()");
      process.kill(worker.pid, "SIGKILL");
      await soon(worker.exited, "exited");
      await expect(soon(checkpoint(worker), "checkpoint()")).rejects.toMatchObject({
        code: "worker_lost",
      });
      const restoring = featureMethod(worker, "restore")(inPieces(state));
      await expect(soon(restoring, "restore()")).rejects.toMatchObject({ code: "worker_lost" });
    },
  ),
]);

export const forkCases = contractTopic("fork", [
  contractCase(
    "fork() gives a second worker with the whole state, a process of its own [S3-6]",
    { features: ["fork"], abilities: ["remember", "recall"] },
    async ({ start, startOptions, keep, run, output, soon, language, features }) => {
      const worker = await start();
      await run(worker, language.remember("kept", "4711")).ended;
      const { worker: second, skipped } = await soon(
        featureMethod(worker, "fork")(startOptions()),
        "fork()",
      );
      keep(second);
      expect(skipped).toEqual([]);
      expect(second.pid).not.toBe(worker.pid);
      expect([...second.features].toSorted()).toEqual([...features].toSorted());
      await expect(output(second, language.recall("kept"))).resolves.toBe("4711");
    },
  ),
  contractCase(
    "fork() leaves two that go their own ways [R3.3]",
    { features: ["fork"], abilities: ["remember", "recall"] },
    async ({ start, startOptions, keep, run, output, soon, language }) => {
      const worker = await start();
      await run(worker, language.remember("kept", "1")).ended;
      const fork = await soon(featureMethod(worker, "fork")(startOptions()), "fork()");
      const second = keep(fork.worker);
      await run(second, language.remember("kept", "2")).ended;
      await run(worker, language.remember("other", "3")).ended;
      await expect(output(worker, language.recall("kept"))).resolves.toBe("1");
      await expect(output(second, language.recall("kept"))).resolves.toBe("2");
      await expect(output(second, language.recall("other"))).resolves.toBe("");
    },
  ),
  contractCase(
    "a fork outlives the worker that it was made from [R2.6]",
    { features: ["fork"] },
    async ({ start, startOptions, keep, output, soon, language }) => {
      const worker = await start();
      const fork = await soon(featureMethod(worker, "fork")(startOptions()), "fork()");
      const second = keep(fork.worker);
      await soon(worker.stop(), "stop()");
      expect(isRunning(worker.pid)).toBe(false);
      await expect(output(second, language.print("on"))).resolves.toBe("on");
    },
  ),
  contractCase(
    "a fork that is killed leaves the worker alone that it was made from [D28]",
    { features: ["fork"] },
    async ({ start, startOptions, keep, output, soon, language }) => {
      const worker = await start();
      const fork = await soon(featureMethod(worker, "fork")(startOptions()), "fork()");
      const second = keep(fork.worker);
      process.kill(second.pid, "SIGKILL");
      await expect(soon(second.exited, "exited")).resolves.toMatchObject({ signal: "SIGKILL" });
      await expect(output(worker, language.print("on"))).resolves.toBe("on");
    },
  ),
  contractCase(
    "fork() of a worker that has ended is refused with worker_lost [R2.1]",
    { features: ["fork"] },
    async ({ start, startOptions, soon }) => {
      const worker = await start();
      process.kill(worker.pid, "SIGKILL");
      await soon(worker.exited, "exited");
      const forking = featureMethod(worker, "fork")(startOptions());
      await expect(soon(forking, "fork()")).rejects.toMatchObject({ code: "worker_lost" });
    },
  ),
]);
