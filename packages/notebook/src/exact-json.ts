/** What JSON can do with numbers as they are written; newer than TypeScript's library. */
interface ExactJson {
  rawJSON(text: string): unknown;
  isRawJSON(value: unknown): boolean;
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
}

const exactJson = JSON as unknown as ExactJson;

/** Parses JSON. A number that JavaScript would write in another way, such as `1.0` or one of 20 digits, is kept as it was written. */
export function parseExactly(text: string): unknown {
  return exactJson.parse(text, (_key, value, { source }) =>
    typeof value === "number" && source !== undefined && String(value) !== source
      ? exactJson.rawJSON(source)
      : value,
  );
}

/** A deep copy of what {@link parseExactly} answers. */
export function copyExactly(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyExactly);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, copyExactly(each)]));
}

/** JSON as Python's `json.dumps(indent=1, sort_keys=True, ensure_ascii=False)` writes it. */
export function writeExactly(value: unknown, indent = ""): string {
  const inner = `${indent} `;
  if (Array.isArray(value))
    return enclosed(
      "[",
      value.map((each) => inner + writeExactly(each, inner)),
      `${indent}]`,
    );
  if (!isMap(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))) // by code points
    .map((key) => `${inner}${JSON.stringify(key)}: ${writeExactly(value[key], inner)}`);
  return enclosed("{", members, `${indent}}`);
}

function enclosed(open: string, items: readonly string[], close: string): string {
  return items.length === 0 ? open + close.trim() : `${open}\n${items.join(",\n")}\n${close}`;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !exactJson.isRawJSON(value);
}
