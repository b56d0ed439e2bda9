import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { repository } from "../support/repository.ts";
import { mutations } from "./mutations.ts";

it.each(mutations)("the place of a mutation is there, once: $what", ({ file, find, replace }) => {
  const parts = readFileSync(join(repository, file), "utf8").split(find);
  expect([parts.length, replace === find]).toEqual([2, false]);
});
