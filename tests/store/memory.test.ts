import { MemoryStore } from "@holdfast/core";
import { describeStoreContract } from "@holdfast/harness/vitest";

describeStoreContract("memory", { open: async () => new MemoryStore() });
