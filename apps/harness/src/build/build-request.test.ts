import { expect, test } from "vitest";
import { buildRequest } from "./build-request.ts";

test("buildRequest() gives each request an id of its own and takes fields", () => {
  const [one, two] = [buildRequest(), buildRequest({ code: "x" })];
  expect(one.executionId).not.toBe(two.executionId);
  expect(two).toMatchObject({ code: "x", stdin: null, env: null, cwd: null, allowInput: false });
});
