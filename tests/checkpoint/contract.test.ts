import { FolderCheckpointStore, MemoryCheckpointStore } from "@holdfast/core";
import { describeCheckpointStoreContract } from "@holdfast/harness/vitest";
import { temporaryFolder } from "./temporary-folder.ts";

describeCheckpointStoreContract("memory", async (options) => new MemoryCheckpointStore(options));

describeCheckpointStoreContract("folder", (options) =>
  FolderCheckpointStore.open({ ...options, folder: temporaryFolder() }),
);
