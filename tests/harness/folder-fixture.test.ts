import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { folderTest } from "@holdfast/harness/vitest";
import { expect } from "vitest";

// A fixture of one's own on top of ours.
const test = folderTest.extend("notes", async ({ folder }): Promise<string> => {
  const notes = join(folder, "notes");
  writeFileSync(notes, "");
  return notes;
});

test("folderTest is a base for fixtures of one's own [R9.1]", ({ folder, notes }) => {
  expect(readdirSync(folder).map((name) => join(folder, name))).toEqual([notes]);
});
