import { inspect } from "node:util";

const maxItems = 5;

/** What came, for the message of a wait that was given up: how many, and the last of them on one line. */
export function describeItems(items: readonly unknown[]): string {
  if (items.length === 0) return "nothing came";
  const last = items
    .slice(-maxItems)
    .map((item) => inspect(item, { breakLength: Infinity, depth: 2, maxStringLength: 200 }))
    .join(", ");
  const which = items.length > maxItems ? `, the last ${maxItems}` : "";
  return `${items.length} came${which}: ${last}`;
}
