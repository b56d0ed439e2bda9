import { compile } from "json-schema-to-typescript";
import type { OpenApiDocument } from "../support/openapi-document.ts";

/** TypeScript of the schemas that an OpenAPI document has by name, as an interface `ApiTypes` with all of them. */
export async function generateApiTypes({ components }: OpenApiDocument): Promise<string> {
  const names = Object.keys(components.schemas).toSorted();
  const root = {
    type: "object",
    additionalProperties: false,
    required: names,
    properties: Object.fromEntries(
      names.map((name) => [name, { $ref: `#/components/schemas/${name}` }]),
    ),
    components,
  } as const;
  // A copy, since what it is given is changed.
  const text = await compile(structuredClone(root) as never, "ApiTypes", {
    additionalProperties: false,
    bannerComment:
      "// Generated from the server's OpenAPI document by api-types.test.ts; HOLDFAST_UPDATE=1 writes it anew.",
    style: { printWidth: 100 },
  });
  // Made of the name of the property `items`, which is taken for a keyword.
  return text.replaceAll(/^ *minItems\?: 0;\n/gm, "");
}
