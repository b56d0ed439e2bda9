import { describe, expect, it } from "vitest";
import type { Notebook } from "./notebook.ts";
import { writeNotebook } from "./write-notebook.ts";

function notebookOf(source: string): Notebook {
  const cells: Notebook["cells"] = [{ cell_type: "raw", metadata: {}, source }];
  return { nbformat: 4, nbformat_minor: 4, metadata: {}, cells };
}

function sourceIn(text: string): unknown {
  return (JSON.parse(text) as { cells: { source: unknown }[] }).cells[0]?.source;
}

// As Python's str.splitlines(keepends=True).
const splits: readonly (readonly [text: string, lines: readonly string[]])[] = [
  ["", []],
  ["a", ["a"]],
  ["a\n", ["a\n"]],
  ["a\n\nb", ["a\n", "\n", "b"]],
  ["a\r\nb\rc", ["a\r\n", "b\r", "c"]],
  ["a\vb\fc\x1cd\x1de\x1ef", ["a\v", "b\f", "c\x1c", "d\x1d", "e\x1e", "f"]],
  ["a\x85b\u2028c\u2029", ["a\x85", "b\u2028", "c\u2029"]],
  ["é😀\n", ["é😀\n"]],
];

describe("writeNotebook()", () => {
  it.for(splits)("splits %j into lines as Python does", ([text, lines]) => {
    expect(sourceIn(writeNotebook(notebookOf(text)))).toEqual(lines);
  });

  it("sorts keys by code points and indents by one space", () => {
    const notebook = notebookOf("");
    notebook.cells = [];
    Object.assign(notebook.metadata, { "😀": 1, "\uffff": 2, "10": 3, "9": 4, B: 5, a: 6, "": [] });
    expect(writeNotebook(notebook)).toBe(`{
 "cells": [],
 "metadata": {
  "": [],
  "10": 3,
  "9": 4,
  "B": 5,
  "a": 6,
  "\uffff": 2,
  "😀": 1
 },
 "nbformat": 4,
 "nbformat_minor": 4
}
`);
  });

  it("leaves images and JSON of outputs whole, and the notebook as it was", () => {
    const notebook = notebookOf("");
    const data = {
      "text/html": "<p>\n</p>",
      "image/svg+xml": "<svg>\n</svg>",
      "image/png": "aa\n",
      "application/vnd.x+json": "a\nb",
    };
    const output = { output_type: "display_data" as const, data, metadata: {} };
    const cell = { metadata: {}, source: "", outputs: [output], execution_count: 1 };
    notebook.cells = [{ cell_type: "code", ...cell }];
    const written = JSON.parse(writeNotebook(notebook)) as {
      cells: { outputs: { data: unknown }[] }[];
    };
    expect(written.cells[0]?.outputs[0]?.data).toEqual({
      "text/html": ["<p>\n", "</p>"],
      "image/svg+xml": ["<svg>\n", "</svg>"],
      "image/png": "aa\n",
      "application/vnd.x+json": "a\nb",
    });
    expect(data["text/html"]).toBe("<p>\n</p>");
  });
});
