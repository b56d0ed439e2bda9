// What needs vitest; import it in test files only
export { folderTest } from "./vitest/folder-test.ts";
export { leakTest } from "./vitest/leak-test.ts";
export { poolTest } from "./vitest/pool-test.ts";
export { type ServerTestStart, type TestableServer, serverTest } from "./vitest/server-test.ts";
export { sessionTest } from "./vitest/session-test.ts";

// The worker contract: as tests, and as cases to be run one by one
export {
  type WorkerContractOptions,
  describeWorkerContract,
} from "./vitest/describe-worker-contract.ts";
export { workerContractCases } from "./contract/worker-contract-cases.ts";
export {
  type ContractCase,
  type ContractNeeds,
  type ContractOffer,
  type LanguageAbility,
  type OptionalMethod,
  isCaseFor,
} from "./contract/contract-case.ts";
export {
  type ContractContext,
  type ContractContextOptions,
  type LateOutput,
  openContractContext,
} from "./contract/contract-context.ts";
export type { WorkerRun, WorkerRunOptions } from "./contract/worker-run.ts";
export type { WorkerLanguage } from "./vitest/worker-language.ts";
export { languageWithout } from "./vitest/language-without.ts";
export { bashLanguage } from "./vitest/worker-language-bash.ts";
export { javascriptLanguage } from "./vitest/worker-language-javascript.ts";
export { pythonLanguage } from "./vitest/worker-language-python.ts";

// The contracts of stores
export {
  type OpenCheckpointStore,
  describeCheckpointStoreContract,
} from "./vitest/describe-checkpoint-store-contract.ts";
export {
  type StoreContractOptions,
  describeStoreContract,
} from "./vitest/describe-store-contract.ts";
