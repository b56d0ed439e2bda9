import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { errorCodes } from "./error-code.ts";

const page = new URL("../../../../docs/errors.md", import.meta.url);
const block = /<!-- errors -->[^]*<!-- \/errors -->/;

function table(): string {
  const rows = Object.entries(errorCodes).map(
    ([code, { status, retry }]) =>
      `| \`${code}\` | ${status} | ${retry === "later" ? "yes" : "no"} |`,
  );
  return [
    "<!-- errors -->",
    "",
    "| code | HTTP status | retry |",
    "| --- | --- | --- |",
    ...rows,
    "",
    "<!-- /errors -->",
  ].join("\n");
}

/** The formatter pads the columns of a table. */
function squeeze(from: string | undefined): string | undefined {
  return from?.replaceAll(/ +|-{3,}/g, " ");
}

it("errorCodes are what docs/errors.md lists; HOLDFAST_UPDATE=1 writes them there [R5.4] [S2-33]", () => {
  const text = readFileSync(page, "utf8");
  if (process.env["HOLDFAST_UPDATE"] === "1") writeFileSync(page, text.replace(block, table));
  expect(squeeze(block.exec(readFileSync(page, "utf8"))?.[0])).toBe(squeeze(table()));
});
