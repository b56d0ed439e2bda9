import { z } from "zod";
import { problemSchema } from "../schemas.ts";

/** A JSON answer, for the OpenAPI document. */
export function json<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { "application/json": { schema } } };
}

/** Bytes as they are, for the OpenAPI document. */
export const binary = {
  "application/octet-stream": { schema: z.string().meta({ format: "binary" }) },
} as const;

const problem = {
  description: "A problem, with its code",
  content: { "application/problem+json": { schema: problemSchema } },
} as const;

/** What every route can answer besides. */
export const problems = { "4XX": problem, "5XX": problem } as const;

/** A JSON body that must be there. */
export function body<Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: { "application/json": { schema } } } as const;
}
