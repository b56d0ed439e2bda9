import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { folderTest as test } from "./folder-test.ts";

let earlier = "";

test("folderTest gives a test an empty folder [R9.1]", ({ folder }) => {
  expect(readdirSync(folder)).toEqual([]);
  writeFileSync(join(folder, "file"), "");
  earlier = folder;
});

test("folderTest gives the next test another one, and the first is gone", ({ folder }) => {
  expect(folder).not.toBe(earlier);
  expect(existsSync(earlier)).toBe(false);
});
