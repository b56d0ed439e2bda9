import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeStoreContract } from "@holdfast/harness/vitest";
import { SqliteStore } from "@holdfast/store-sqlite";

let folder = "";

describeStoreContract("SQLite", {
  open: () => {
    folder = mkdtempSync(join(tmpdir(), "sqlite-store-"));
    return SqliteStore.open(join(folder, "holdfast.db"));
  },
  reopen: () => SqliteStore.open(join(folder, "holdfast.db")),
  cleanUp: () => rmSync(folder, { recursive: true, force: true }),
});
