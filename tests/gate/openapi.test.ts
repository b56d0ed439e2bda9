import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import { expect, it } from "vitest";
import { checkResponse } from "../support/check-response.ts";
import { openApiDocument, openApiText } from "../support/openapi-document.ts";
import { repository } from "../support/repository.ts";
import { routesTable } from "../support/routes-table.ts";

it("the OpenAPI document has no fault that Redocly's recommended rules find", async () => {
  const config = await createConfig({ extends: ["recommended-strict"] });
  const problems = await lintFromString({ source: await openApiText(), config });
  // A WebSocket is answered by 101.
  const others = problems.filter(({ location }) => !location[0]?.pointer?.includes("~1channel/"));
  expect(
    others.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer]),
  ).toEqual([]);
});

it("every operation of the OpenAPI document has an id of its own and a summary", async () => {
  const { paths } = await openApiDocument();
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
  const ids = operations.map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { summary } of operations) expect(summary).toMatch(/^[A-Z`].{5,}/);
});

it("no schema of the OpenAPI document is null wherever it is used", async () => {
  const { components } = await openApiDocument();
  for (const [name, { type }] of Object.entries(components.schemas))
    expect([name, type]).not.toEqual([name, expect.arrayContaining(["null"])]);
});

it.each([
  ["a field that is not documented", { method: "DELETE", json: { id: "x", nonsense: 1 } }],
  ["JSON where none is documented", { method: "DELETE", status: 204 }],
  ["a status that is not documented", { method: "GET", status: 299 }],
  [
    "a problem without its code",
    { method: "GET", status: 404, contentType: "application/problem+json" },
  ],
  ["a session without its fields", { method: "GET", json: { id: "x" } }],
])("checkResponse() refuses %s", async (_, more) => {
  const answer = { path: "/v1/sessions/x", status: 200, contentType: "application/json", json: {} };
  await expect(checkResponse({ ...answer, ...more })).rejects.toThrow("/v1/sessions/x");
});

const page = join(repository, "docs/http.md");
const block = /<!-- routes: from the OpenAPI document -->[^]*<!-- \/routes -->/;

/** The formatter pads the columns of a table. */
const squeeze = (text: string | undefined) => text?.replaceAll(/ +|-{3,}/g, " ");

it("docs/http.md lists the routes of the OpenAPI document; HOLDFAST_UPDATE=1 writes them there [S2-44]", async () => {
  const table = `<!-- routes: from the OpenAPI document -->\n\n${routesTable(await openApiDocument())}\n\n<!-- /routes -->`;
  const text = readFileSync(page, "utf8");
  if (process.env["HOLDFAST_UPDATE"] === "1")
    writeFileSync(
      page,
      text.replace(block, () => table),
    );
  expect(squeeze(block.exec(readFileSync(page, "utf8"))?.[0])).toBe(squeeze(table));
});
