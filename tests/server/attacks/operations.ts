import type { ApiClient } from "../api-client.ts";

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly minimum?: number;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema?: Schema;
}

interface DocumentedOperation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema?: Schema }>>;
  };
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** One method of one route of the OpenAPI document. */
export interface Operation {
  readonly method: string;
  /** As the document has it: `/v1/sessions/{id}`. */
  readonly template: string;
  /** The names in braces. */
  readonly names: readonly string[];
  /** With these in their places, and a value for each other name and each query that is required. */
  path(values: Readonly<Record<string, string>>): string;
  /** The least that its body may be, with its media type; `null`: it has none. */
  readonly body: { readonly type: string; readonly text: string } | null;
}

/** All that the OpenAPI document of a server has: what a test does with each, it does with a new one too. */
export async function operationsOf(
  api: ApiClient,
  headers: Readonly<Record<string, string>> = {},
): Promise<readonly Operation[]> {
  const document = (await api.request("GET", "/openapi.json", { headers })).json as Document;
  return Object.entries(document.paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, operation]) =>
      operationOf(document, template, method.toUpperCase(), operation),
    ),
  );
}

/** What a request of an operation is sent with. */
export function requestOf(operation: Operation, headers: Readonly<Record<string, string>>) {
  const { body } = operation;
  return body === null
    ? { headers }
    : { headers: { ...headers, "content-type": body.type }, rawBody: body.text };
}

function operationOf(
  document: Document,
  template: string,
  method: string,
  { parameters = [], requestBody }: DocumentedOperation,
): Operation {
  const inPath = Object.fromEntries(
    parameters
      .filter(({ in: place }) => place === "path")
      .map(({ name, schema }) => [name, String(sample(document, schema))]),
  );
  const query = parameters
    .filter(({ in: place, required }) => place === "query" && required === true)
    .map(({ name, schema }) => `${name}=${encodeURIComponent(String(sample(document, schema)))}`)
    .join("&");
  const [content] = Object.entries(requestBody?.content ?? {});
  return {
    method,
    template,
    names: [...template.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name),
    path: (values) => {
      const path = template.replaceAll(
        /\{(\w+)\}/g,
        (_, name: string) => values[name] ?? inPath[name] ?? "x",
      );
      return query === "" ? path : `${path}?${query}`;
    },
    body: content === undefined ? null : bodyOf(document, content),
  };
}

function bodyOf(document: Document, [type, { schema }]: [string, { readonly schema?: Schema }]) {
  return {
    type,
    text: type === "application/json" ? JSON.stringify(sample(document, schema)) : "x",
  };
}

/** The least that a schema takes. */
function sample(document: Document, schema: Schema = {}): unknown {
  const { $ref, properties = {}, required = [], anyOf } = schema;
  if ($ref !== undefined)
    return sample(document, document.components.schemas[$ref.split("/").at(-1) ?? ""]);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  if (anyOf !== undefined) return sample(document, anyOf[0]);
  switch (typeof schema.type === "object" ? schema.type[0] : schema.type) {
    case "object":
      return Object.fromEntries(
        Object.entries(properties)
          // Whatever there may be is not said to be required.
          .filter(([name, one]) => required.includes(name) || isAnything(one))
          .map(([name, one]) => [name, sample(document, one)]),
      );
    case "array":
      return [];
    case "integer":
    case "number":
      return schema.minimum ?? 1;
    case "boolean":
      return false;
    default:
      return "x";
  }
}

function isAnything(schema: Schema): boolean {
  const { $ref, type, anyOf, enum: names, const: one } = schema;
  return [$ref, type, anyOf, names, one].every((keyword) => keyword === undefined);
}
