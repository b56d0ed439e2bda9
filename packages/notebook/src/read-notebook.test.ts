import { describe, expect, it } from "vitest";
import { NotebookError } from "./notebook-error.ts";
import { readNotebook } from "./read-notebook.ts";
import { writeNotebook } from "./write-notebook.ts";

const head = { nbformat: 4, nbformat_minor: 4, metadata: {} };
const code = { cell_type: "code", metadata: {}, source: "", outputs: [], execution_count: null };

function withCells(...cells: unknown[]): string {
  return JSON.stringify({ ...head, cells });
}

const refused: readonly (readonly [text: string, code: string, message: RegExp])[] = [
  ["", "notebook_invalid", /not JSON/],
  ["{", "notebook_invalid", /not JSON/],
  ["null", "notebook_invalid", /nbformat: received nothing, allowed 4/],
  ["[]", "notebook_invalid", /nbformat: received nothing/],
  ['{"nbformat":"4"}', "notebook_invalid", /nbformat: received "4", allowed 4/],
  [
    '{"nbformat":3,"nbformat_minor":0,"worksheets":[]}',
    "notebook_version_unsupported",
    /3\.0 received, 4\.0 to 4\.5 allowed.*upgrades/,
  ],
  ['{"nbformat":4,"nbformat_minor":6}', "notebook_version_unsupported", /4\.6 received/],
  ['{"nbformat":5}', "notebook_version_unsupported", /5\.0 received, 4\.0 to 4\.5 allowed$/],
  ['{"nbformat":4,"nbformat_minor":4,"metadata":{}}', "notebook_invalid", /cells/],
  [withCells(1), "notebook_invalid", /cells\.0/],
  [withCells({ ...code, cell_type: "heading" }), "notebook_invalid", /cells\.0\.cell_type/],
  [withCells({ ...code, source: 1 }), "notebook_invalid", /cells\.0\.source/],
  [withCells({ ...code, source: ["a", 1] }), "notebook_invalid", /cells\.0\.source/],
  [withCells({ ...code, execution_count: -1 }), "notebook_invalid", /execution_count/],
  [
    withCells({ ...code, outputs: [{ output_type: "pyout" }] }),
    "notebook_invalid",
    /cells\.0\.outputs\.0\.output_type/,
  ],
  [withCells({ ...code, metadata: { tags: "a" } }), "notebook_invalid", /cells\.0\.metadata\.tags/],
  [withCells({ ...code, id: "a b" }), "notebook_invalid", /cells\.0\.id.*1 to 64 letters/],
];

describe("readNotebook()", () => {
  it.for(refused)("refuses %j with %s", ([text, codeName, message]) => {
    const error = thrownBy(() => readNotebook(text));
    expect(error).toBeInstanceOf(NotebookError);
    expect(error).toMatchObject({
      code: codeName,
      message: expect.stringMatching(message) as string,
    });
  });

  it("joins lines of sources, outputs and attachments, but not of JSON", () => {
    const data = { "text/plain": ["a\n", "b"], "application/json": ["a", "b"] };
    const notebook = readNotebook(
      withCells(
        {
          ...code,
          source: ["x\n", "y"],
          outputs: [
            { output_type: "stream", name: "stdout", text: ["1\n", "2\n"] },
            { output_type: "display_data", data, metadata: {} },
          ],
        },
        {
          cell_type: "markdown",
          metadata: {},
          source: "whole",
          attachments: { "a.txt": { "text/plain": ["c", "d"] } },
        },
      ),
    );
    expect(notebook.cells).toMatchObject([
      {
        source: "x\ny",
        outputs: [
          { text: "1\n2\n" },
          { data: { "text/plain": "a\nb", "application/json": ["a", "b"] } },
        ],
      },
      { source: "whole", attachments: { "a.txt": { "text/plain": "cd" } } },
    ]);
  });

  it("keeps what it does not know, and numbers as they are written", () => {
    const text = `{
 "cells": [
  {
   "cell_type": "raw",
   "future": {
    "1": 1.0,
    "10": 123456789012345678901,
    "2": -0.0
   },
   "metadata": {
    "__proto__": 1e3
   },
   "source": []
  }
 ],
 "metadata": {
  "other": [],
  "unknown": {}
 },
 "nbformat": 4,
 "nbformat_minor": 4
}
`;
    expect(writeNotebook(readNotebook(text))).toBe(text);
  });

  it("gives cells the ids that nbformat 4.5 needs, and no others", () => {
    const read = (minor: number) =>
      readNotebook(
        JSON.stringify({ ...head, nbformat_minor: minor, cells: [code, { ...code, id: "own" }] }),
      ).cells.map(({ id }) => id);
    expect(read(5)).toEqual([expect.stringMatching(/^[0-9a-f]{8}$/), "own"]);
    expect(read(4)).toEqual([undefined, "own"]);
  });

  it("takes a byte order mark, and leaves out what nbformat never writes", () => {
    const notebook = readNotebook(
      `\ufeff${JSON.stringify({
        ...head,
        metadata: { signature: "s", orig_nbformat: 3, orig_nbformat_minor: 0, kept: 1 },
        cells: [{ ...code, metadata: { trusted: true, kept: 2 } }],
      })}`,
    );
    expect(notebook.metadata).toEqual({ kept: 1 });
    expect(notebook.cells[0]?.metadata).toEqual({ kept: 2 });
  });
});

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return null;
}
