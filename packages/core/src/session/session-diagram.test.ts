import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { sessionDiagram } from "./session-diagram.ts";

const page = new URL("../../../../docs/sessions.md", import.meta.url);
const block = /```mermaid\n(stateDiagram-v2[^`]*?)\n```/;

it("sessionDiagram() is what docs/sessions.md shows; HOLDFAST_UPDATE=1 writes it there [R10.1]", () => {
  const diagram = sessionDiagram();
  const text = readFileSync(page, "utf8");
  if (process.env["HOLDFAST_UPDATE"] === "1") {
    writeFileSync(
      page,
      text.replace(block, () => `\`\`\`mermaid\n${diagram}\n\`\`\``),
    );
  }
  expect(block.exec(readFileSync(page, "utf8"))?.[1]).toBe(diagram);
});
