import type { WorkerRequest } from "@holdfast/core";

let count = 0;

/** A valid request for a worker, with an id of its own; `fields` replace what is empty by default. */
export function buildRequest(fields: Partial<WorkerRequest> = {}): WorkerRequest {
  return {
    executionId: `x${++count}`,
    code: "",
    stdin: null,
    env: null,
    cwd: null,
    allowInput: false,
    trackChanges: false,
    ...fields,
  };
}
