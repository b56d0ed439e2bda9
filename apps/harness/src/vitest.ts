// What needs vitest; import it in test files only
export { poolTest } from "./vitest/pool-test.ts";
export { sessionTest } from "./vitest/session-test.ts";
export {
  type WorkerContractOptions,
  describeWorkerContract,
} from "./vitest/describe-worker-contract.ts";
export {
  type OpenCheckpointStore,
  describeCheckpointStoreContract,
} from "./vitest/describe-checkpoint-store-contract.ts";
export {
  type StoreContractOptions,
  describeStoreContract,
} from "./vitest/describe-store-contract.ts";
export type { WorkerLanguage } from "./vitest/worker-language.ts";
export { bashLanguage } from "./vitest/worker-language-bash.ts";
export { pythonLanguage } from "./vitest/worker-language-python.ts";
