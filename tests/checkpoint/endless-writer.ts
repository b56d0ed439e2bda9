// Writes a checkpoint without end into the folder it is given, and says when the first bytes are on disk.
import { FolderCheckpointStore } from "@holdfast/core";

const store = await FolderCheckpointStore.open({ folder: process.argv[2] ?? "" });
const writer = await store.create({ sessionId: "s", runtime: "python", runtimeVersion: "3" });
const piece = Buffer.alloc(1 << 20);
await writer.write(piece);
console.log("writing");
for (let written = 1; written < 10_000; written++) {
  await writer.write(piece);
  if (written % 32 === 0) await new Promise((done) => setTimeout(done, 1)); // the disk of others, too
}
