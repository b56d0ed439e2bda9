/** Data by MIME type, as outputs and attachments have it. */
type MimeBundle = Record<string, unknown>;

// Where Python's str.splitlines() ends a line.
const ends = "\\n\\r\\v\\f\\x1c-\\x1e\\x85\\u2028\\u2029";
const lines = new RegExp(`[^${ends}]*(?:\\r\\n|[${ends}])|[^]+$`, "g");

/** The parts of a notebook that are text in memory and lists of lines in a file; each is replaced by what `change` makes of it. */
export function changeTexts(
  cells: readonly Record<string, unknown>[],
  change: {
    readonly text: (value: unknown) => unknown;
    readonly bundle: (data: MimeBundle) => void;
  },
): void {
  for (const cell of cells) {
    if ("source" in cell) cell["source"] = change.text(cell["source"]);
    for (const attachment of Object.values(objectOr(cell["attachments"])))
      change.bundle(objectOr(attachment));
    if (cell["cell_type"] !== "code" || !Array.isArray(cell["outputs"])) continue;
    for (const each of cell["outputs"] as readonly unknown[]) {
      const output = objectOr(each);
      if ("data" in output) change.bundle(objectOr(output["data"]));
      else if ("text" in output) output["text"] = change.text(output["text"]);
    }
  }
}

/** Lines become one text; what is no list of lines stays. */
export function joinLines(value: unknown): unknown {
  const isLines = Array.isArray(value) && value.every((line) => typeof line === "string");
  return isLines ? value.join("") : value;
}

/** {@link joinLines} in a bundle, but for JSON, where a list is a list. */
export function joinBundle(data: MimeBundle): void {
  for (const [type, value] of Object.entries(data))
    if (!isJsonType(type)) data[type] = joinLines(value);
}

/** A text becomes its lines, each with its end. */
export function splitLines(value: unknown): unknown {
  return typeof value === "string" ? (value.match(lines) ?? []) : value;
}

/** {@link splitLines} of the text in a bundle; images and JSON stay as they are. */
export function splitBundle(data: MimeBundle): void {
  for (const [type, value] of Object.entries(data))
    if (type.startsWith("text/") || type === "application/javascript" || type === "image/svg+xml")
      data[type] = splitLines(value);
}

/** Whether data of this MIME type is a JSON value of any kind. */
export function isJsonType(type: string): boolean {
  return type === "application/json" || (type.startsWith("application/") && type.endsWith("+json"));
}

function objectOr(value: unknown): Record<string, unknown> {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : {};
}
