import type { Runtime } from "@holdfast/core";
import {
  type WorkerContractOptions,
  describeWorkerContract,
  workerContractCases,
} from "@holdfast/harness/vitest";
import { expect, test } from "vitest";
import { type CaseResult, readContractTable, writeContractColumn } from "./contract-table.ts";

/** The worker contract, and then that the table in docs/adapters.md says what came of it. */
export function describeAdapter(
  adapter: string,
  runtime: Runtime,
  options: Omit<WorkerContractOptions, "onResult">,
): void {
  const results = new Map<string, CaseResult>();
  describeWorkerContract(runtime, {
    ...options,
    onResult: (title, result) => void results.set(title, result),
  });

  test(`docs/adapters.md says which cases ${adapter} passes (HOLDFAST_UPDATE=1 writes them) [R9.7]`, () => {
    const inOrder = workerContractCases.map(
      ({ title }) => [title, results.get(title) ?? "failed, or not run"] as const,
    );
    expect(inOrder.filter(([, result]) => result.startsWith("failed"))).toEqual([]);
    if (process.env["HOLDFAST_UPDATE"] === "1") writeContractColumn(adapter, results);
    expect([...(readContractTable().get(adapter) ?? [])]).toEqual(inOrder);
  });
}
