import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { eventFields } from "./event-fields.ts";

const page = new URL("../../../../docs/telemetry.md", import.meta.url);
const block = /<!-- events -->[^]*<!-- \/events -->/;

function table(): string {
  const rows = Object.entries(eventFields).map(([name, { when, fields }]) => {
    const told = Object.entries(fields).map(([field, what]) =>
      what === "" ? `\`${field}\`` : `\`${field}\` (${what})`,
    );
    return `| \`${name}\` | ${when} | ${told.join(", ")} |`;
  });
  const head = ["| event | when | fields |", "| --- | --- | --- |"];
  return ["<!-- events -->", "", ...head, ...rows, "", "<!-- /events -->"].join("\n");
}

/** The formatter pads the columns of a table. */
function squeeze(from: string | undefined): string | undefined {
  return from?.replaceAll(/ +|-{3,}/g, " ");
}

it("eventFields are what docs/telemetry.md lists; HOLDFAST_UPDATE=1 writes them there [S2-36] [S2-41]", () => {
  const text = readFileSync(page, "utf8");
  if (process.env["HOLDFAST_UPDATE"] === "1") writeFileSync(page, text.replace(block, table));
  expect(squeeze(block.exec(readFileSync(page, "utf8"))?.[0])).toBe(squeeze(table()));
});
