import type { OpenApiDocument, OpenApiOperation } from "./openapi-document.ts";

type Schema = Readonly<Record<string, unknown>>;

const order = ["get", "post", "put", "patch", "delete"];

/** The operations of an OpenAPI document as a table in Markdown, one in a row. */
export function routesTable({ paths, components }: OpenApiDocument): string {
  const rows = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .toSorted(([a], [b]) => order.indexOf(a) - order.indexOf(b))
      .map(([method, operation]) => {
        const cells = [takes(operation, components.schemas), answers(operation), operation.summary];
        return `| ${method.toUpperCase()} \`${path}\` | ${cells.join(" | ")} |`;
      }),
  );
  return [
    "| method and path | takes | answers | what it does |",
    "| --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

/** Fields of the query, then those of the body; `?` marks what may be left out of that. */
function takes(
  { parameters, requestBody }: OpenApiOperation,
  schemas: Readonly<Record<string, Schema>>,
) {
  const query = parameters.filter((one) => one.in === "query").map(({ name }) => name);
  const [type, media] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  const body =
    media === undefined
      ? ""
      : type === "application/json"
        ? fields(media.schema, schemas)
        : "bytes";
  return [query.length === 0 ? "" : `\`?${query.join("&")}\``, body].filter(Boolean).join(" ");
}

function fields(schema: Schema, schemas: Readonly<Record<string, Schema>>): string {
  const { properties = {}, required = [] } = resolved(schema, schemas) as {
    readonly properties?: object;
    readonly required?: readonly string[];
  };
  const names = Object.keys(properties).map((name) =>
    required.includes(name) ? name : `${name}?`,
  );
  return `\`{${names.join(", ")}}\``;
}

function resolved(schema: Schema, schemas: Readonly<Record<string, Schema>>): Schema {
  const name = nameOf(schema);
  return name === null ? schema : (schemas[name] ?? {});
}

function nameOf(schema: Schema): string | null {
  const { $ref } = schema;
  return typeof $ref === "string" ? ($ref.split("/").at(-1) ?? null) : null;
}

function answers({ responses }: OpenApiOperation): string {
  return Object.entries(responses)
    .filter(([status]) => !status.endsWith("XX"))
    .map(([status, { content = {} }]) => {
      const kinds = Object.entries(content).map(([type, { schema }]) => kindOf(type, schema));
      return [status, kinds.join(" or ")].filter(Boolean).join(" ");
    })
    .join("; ");
}

function kindOf(type: string, schema: Schema): string {
  if (type === "text/event-stream") return "[events](#events)";
  if (type !== "application/json") return type === "application/octet-stream" ? "bytes" : "text";
  return nameOf(schema) ?? `\`{${Object.keys(schema["properties"] ?? {}).join(", ")}}\``;
}
