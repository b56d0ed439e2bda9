import { Host } from "@holdfast/core";
import { createApp } from "@holdfast/server";
import { z } from "zod";

const schema = z.looseObject({ $ref: z.string().optional() });
const media = z.record(z.string(), z.looseObject({ schema }));
const response = z.looseObject({ description: z.string(), content: media.optional() });
const operation = z.looseObject({
  operationId: z.string(),
  summary: z.string(),
  parameters: z
    .array(z.looseObject({ name: z.string(), in: z.string(), required: z.boolean().optional() }))
    .default([]),
  requestBody: z.looseObject({ content: media }).optional(),
  responses: z.record(z.string(), response),
});
const documentSchema = z.looseObject({
  openapi: z.string(),
  info: z.looseObject({ title: z.string(), version: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.looseObject({ schemas: z.record(z.string(), z.looseObject({})) }),
});

/** The parts of the OpenAPI document that tests look at. */
export type OpenApiDocument = z.infer<typeof documentSchema>;
export type OpenApiOperation = z.infer<typeof operation>;

let loaded: Promise<string> | null = null;

/** The document as a server serves it. */
export function openApiText(): Promise<string> {
  const app = createApp({ host: new Host({ runtimes: [] }) });
  loaded ??= Promise.resolve(app.request("http://localhost/openapi.json")).then((answer) =>
    answer.text(),
  );
  return loaded;
}

export async function openApiDocument(): Promise<OpenApiDocument> {
  return documentSchema.parse(JSON.parse(await openApiText()));
}
