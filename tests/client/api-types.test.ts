import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { testServer } from "../server/test-server.ts";
import { type OpenApiDocument, generateApiTypes } from "./generate-api-types.ts";

const file = join(import.meta.dirname, "api-types.ts");

it("api-types.ts is what the server's OpenAPI document says (HOLDFAST_UPDATE=1 writes it)", async () => {
  await using server = await testServer();
  const document = (await server.api.get("/openapi.json")).json as OpenApiDocument;
  const text = await generateApiTypes(document);
  if (process.env["HOLDFAST_UPDATE"] === "1") writeFileSync(file, text);
  expect(readFileSync(file, "utf8")).toBe(text);
});
