import { describe, expect, it } from "vitest";
import { type ExecuteOptions, workerRequest } from "./execute-options.ts";

const asGiven = (options: object) => options as ExecuteOptions;

describe("workerRequest()", () => {
  it("fills in what is not given", () => {
    expect(workerRequest("1", { id: "e1", stdin: "ä" })).toEqual({
      executionId: "e1",
      code: "1",
      stdin: Buffer.from("ä"),
      env: null,
      cwd: null,
      allowInput: false,
      trackChanges: false,
    });
  });

  it.each([
    [{ id: "a b" }, 'id: received "a b", allowed ^[A-Za-z0-9_-]{1,64}$'],
    [{ id: 7 }, "id: received 7, allowed ^[A-Za-z0-9_-]{1,64}$"],
    [{ stdin: 7 }, "stdin: received 7, allowed text or bytes"],
    [{ allowInput: "yes" }, 'allowInput: received "yes", allowed true or false'],
    [{ env: "A=1" }, 'env: received "A=1", allowed an object of names and texts'],
    [{ env: { "A B": "1" } }, 'name of an environment variable: received "A B", allowed'],
    [{ env: { A: 1 } }, "value of A: received 1, allowed text without NUL"],
    [{ env: { A: "\0" } }, 'value of A: received "\\u0000", allowed text without NUL'],
    [{ cwd: "a\0b" }, 'cwd: received "a\\u0000b", allowed text without NUL'],
    [{ cwd: {} }, "cwd: received an object, allowed text without NUL"],
    [{ timeoutMs: "5" }, 'timeoutMs: received "5", allowed milliseconds or null'],
    [{ timeoutMs: 0 }, "timeoutMs: received 0, allowed 1 to 2147483647"],
    [{ timeoutFrom: "end" }, 'timeoutFrom: received "end", allowed start or heartbeat'],
    [{ onError: "undo" }, 'onError: received "undo", allowed keep or rollback'],
    [{ trackChanges: null }, "trackChanges: received null, allowed true or false"],
    [{ timeout: 5 }, 'options of an execution: received "timeout", allowed id, stdin, allowInput,'],
    [{ toString: 5 }, 'options of an execution: received "toString", allowed id,'],
  ])("refuses %j, and says what is allowed", (options, message) => {
    expect(() => workerRequest("1", asGiven(options))).toThrow(`[invalid_request] ${message}`);
  });

  it("refuses code that is no text", () => {
    expect(() => workerRequest(undefined as unknown as string, {})).toThrow(
      "[invalid_request] code: received undefined, allowed text",
    );
  });
});
