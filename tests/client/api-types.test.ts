import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openApiDocument } from "../support/openapi-document.ts";
import { generateApiTypes } from "./generate-api-types.ts";

const file = join(import.meta.dirname, "api-types.ts");

it("api-types.ts is what the server's OpenAPI document says (HOLDFAST_UPDATE=1 writes it)", async () => {
  const text = await generateApiTypes(await openApiDocument());
  if (process.env["HOLDFAST_UPDATE"] === "1") writeFileSync(file, text);
  expect(readFileSync(file, "utf8")).toBe(text);
});
