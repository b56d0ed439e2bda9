import { useState } from "preact/hooks";

const mostEntries = 200;

/** JSON, or a value in the server's tagged form, folded below its first level. */
export function JsonTree(props: {
  readonly value: unknown;
  readonly name?: string;
  readonly isOpen?: boolean;
}) {
  const { value, name, isOpen = true } = props;
  const [isShown, show] = useState(isOpen);
  const label = name === undefined ? null : <span class="key">{`${name}: `}</span>;
  if (typeof value !== "object" || value === null)
    return (
      <div class="json">
        {label}
        <span class={typeof value}>{JSON.stringify(value)}</span>
      </div>
    );
  const entries = Object.entries(value).filter(([key]) => key !== "$type");
  return (
    <details class="json" open={isOpen} onToggle={(event) => show(event.currentTarget.open)}>
      <summary>
        {label}
        <span class="kind">{kindOf(value, entries.length)}</span>
      </summary>
      {isShown
        ? entries
            .slice(0, mostEntries)
            .map(([key, one]) => <JsonTree key={key} name={key} value={one} isOpen={false} />)
        : null}
      {isShown && entries.length > mostEntries ? (
        <p class="note">{`${entries.length - mostEntries} more are not shown`}</p>
      ) : null}
    </details>
  );
}

function kindOf(value: object, count: number): string {
  const tag = (value as { readonly $type?: unknown }).$type;
  if (typeof tag === "string") return tag;
  return Array.isArray(value)
    ? `list of ${count}`
    : `${count} ${count === 1 ? "entry" : "entries"}`;
}
