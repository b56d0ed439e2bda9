import { useEffect, useState } from "preact/hooks";
import { get, sessionPath } from "../http/api.ts";
import type { SessionView, VariableView } from "../http/views.ts";
import { JsonTree } from "../output/json-tree.tsx";
import { bytes } from "../parts/format.ts";
import { attempt } from "../parts/notices.ts";
import { Panel } from "./panel.tsx";
import type { Mark } from "./variable-marks.ts";
import { namespace, readNamespace, variablesTurn } from "./variables-store.ts";

/** What the session's namespace holds; what the last execution changed is marked. */
export function VariablesPanel({ session }: { readonly session: SessionView }) {
  const [wanted, want] = useState("");
  const isBusy = session.state !== "idle";
  const turn = variablesTurn.value;
  useEffect(() => {
    // A busy session answers when it is done: it is read then.
    if (!isBusy) void readNamespace(session.id);
  }, [session.id, isBusy, turn]);
  const known = namespace.value?.sessionId === session.id ? namespace.value : null;
  const shown = (known?.variables ?? []).filter(({ name }) =>
    name.toLowerCase().includes(wanted.toLowerCase()),
  );
  return (
    <Panel title="Variables">
      {known === null || known.variables.length > 8 || wanted !== "" ? (
        <input
          class="filter"
          type="search"
          placeholder="Filter"
          aria-label="Filter variables"
          value={wanted}
          onInput={(event) => want(event.currentTarget.value)}
        />
      ) : null}
      {known !== null && known.variables.length === 0 ? (
        <p class="note">Nothing is defined yet.</p>
      ) : null}
      <ul class="variables">
        {shown.map((one) => (
          <Variable
            key={one.name}
            sessionId={session.id}
            variable={one}
            mark={known?.marks.get(one.name)}
          />
        ))}
      </ul>
      {known === null || known.modules.length === 0 ? null : (
        <details class="modules">
          <summary>{`Modules (${known.modules.length})`}</summary>
          <ul>
            {known.modules.map(({ name, version }) => (
              <li key={name}>
                <code>{name}</code> <small>{version}</small>
              </li>
            ))}
          </ul>
        </details>
      )}
    </Panel>
  );
}

function Variable(props: {
  readonly sessionId: string;
  readonly variable: VariableView;
  readonly mark: Mark | undefined;
}) {
  const { sessionId, variable, mark } = props;
  const { name, type, repr, sizeBytes, source } = variable;
  const [value, setValue] = useState<{ readonly value: unknown } | null>(null);
  const [isOpen, open] = useState(false);
  useEffect(() => {
    if (!isOpen) return;
    const path = sessionPath(sessionId, `/variables/${encodeURIComponent(name)}`);
    void attempt(async () => setValue(await get<{ readonly value: unknown }>(path)));
  }, [isOpen, repr, mark]);
  return (
    <li data-mark={mark}>
      <details onToggle={(event) => open(event.currentTarget.open)}>
        <summary>
          <span class="line">
            <code class="name">{name}</code>
            {mark === undefined ? null : <span class="mark">{mark}</span>}
            <small>
              {[type, sizeBytes === null ? "" : bytes(sizeBytes)].filter(Boolean).join(" · ")}
            </small>
          </span>
          <code class="repr">{repr.slice(0, 200)}</code>
        </summary>
        {isOpen && source !== null ? <pre>{source.trimEnd()}</pre> : null}
        {isOpen && source === null && value !== null ? (
          <Value value={value.value} repr={repr} />
        ) : null}
      </details>
    </li>
  );
}

function Value({ value, repr }: { readonly value: unknown; readonly repr: string }) {
  const tag = (value as { readonly $type?: unknown } | null)?.$type;
  return typeof value !== "object" || value === null || tag === "unrepresentable" ? (
    <pre>{typeof value === "string" ? value : repr}</pre>
  ) : (
    <JsonTree value={value} />
  );
}
