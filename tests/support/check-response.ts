import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { type OpenApiDocument, openApiDocument } from "./openapi-document.ts";

/** An answer, as far as the document says what it is. */
export interface CheckedAnswer {
  readonly method: string;
  /** With or without a query. */
  readonly path: string;
  readonly status: number;
  readonly contentType: string;
  readonly json: unknown;
}

interface Checks {
  readonly document: OpenApiDocument;
  readonly ajv: Ajv2020;
  readonly routes: readonly { readonly path: string; readonly pattern: RegExp }[];
}

const documentId = "openapi";
let loaded: Promise<Checks> | null = null;

/** Holds a JSON answer to the OpenAPI document, undocumented fields included. @throws Error that says what is wrong */
export async function checkResponse(answer: CheckedAnswer): Promise<void> {
  loaded ??= load();
  const { document, ajv, routes } = await loaded;
  const [pathname = ""] = answer.path.split("?");
  const isProblem = answer.contentType.startsWith("application/problem+json");
  const path = routes.find(({ pattern }) => pattern.test(pathname))?.path;
  const operation =
    path === undefined ? undefined : document.paths[path]?.[answer.method.toLowerCase()];
  // What is no route is answered with a problem as well.
  if (path === undefined || operation === undefined) {
    if (isProblem) assert(answer, ajv.getSchema(`${documentId}#/components/schemas/Problem`));
    return;
  }
  const { status } = answer;
  const key = [String(status), `${Math.floor(status / 100)}XX`].find(
    (one) => one in operation.responses,
  );
  if (key === undefined) throw new Error(`${nameOf(answer)}: a status that is not documented`);
  const type = isProblem ? "application/problem+json" : "application/json";
  const pointer = [
    "paths",
    path,
    answer.method.toLowerCase(),
    "responses",
    key,
    "content",
    type,
    "schema",
  ]
    .map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1")))
    .join("/");
  if (operation.responses[key]?.content?.[type] === undefined)
    throw new Error(`${nameOf(answer)}: JSON where none is documented`);
  assert(answer, ajv.getSchema(`${documentId}#/${pointer}`));
}

async function load(): Promise<Checks> {
  const document = await openApiDocument();
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema(closed(document) as object, documentId);
  const routes = Object.keys(document.paths).map((path) => ({
    path,
    pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`),
  }));
  return { document, ajv, routes };
}

/** Objects have the properties that they say, and no others. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== "object" || value === null) return value;
  const all = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, closed(one)]));
  return "properties" in all && !("additionalProperties" in all) && all["type"] === "object"
    ? { ...all, additionalProperties: false }
    : all;
}

function assert(answer: CheckedAnswer, validate: ValidateFunction | undefined): void {
  if (validate === undefined) throw new Error(`${nameOf(answer)}: no schema`);
  if (validate(answer.json)) return;
  const errors = (validate.errors ?? [])
    .slice(0, 5)
    .map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  throw new Error(`${nameOf(answer)}: not as documented: ${errors.join("; ")}`);
}

function nameOf({ method, path, status }: CheckedAnswer): string {
  return `${method} ${path} ${status}`;
}
