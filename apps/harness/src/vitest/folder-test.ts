import { test } from "vitest";
import { temporaryFolder } from "../live/temporary-folder.ts";

/** A `test` with a `folder`: the path of an empty folder of its own, which goes with the test. */
export const folderTest = test.extend("folder", async ({}, { onCleanup }): Promise<string> => {
  const folder = temporaryFolder();
  onCleanup(() => folder[Symbol.dispose]());
  return folder.path;
});
