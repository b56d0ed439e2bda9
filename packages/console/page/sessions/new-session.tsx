import { useState } from "preact/hooks";
import type { RuntimeView } from "../http/views.ts";
import { Dialog } from "../parts/dialog.tsx";
import { start } from "../workspace.ts";
import { runtimes } from "./sessions-store.ts";

/** Asks what a session is to be started with. */
export function NewSession({ onClose }: { readonly onClose: () => void }) {
  const available = runtimes.value.filter((one) => one.available);
  const preferred = available.find(({ name }) => name === "python") ?? available[0];
  const [runtime, setRuntime] = useState(preferred?.name ?? "");
  const [id, setId] = useState("");
  const [cwd, setCwd] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [isStarting, setStarting] = useState(false);
  const submit = (event: Event) => {
    event.preventDefault();
    setStarting(true);
    start({ runtime, ...(id === "" ? {} : { id }), ...(cwd === "" ? {} : { cwd }) }).then(
      onClose,
      (error: unknown) => {
        setProblem(error instanceof Error ? error.message : String(error));
        setStarting(false);
      },
    );
  };
  return (
    <Dialog title="New session" onClose={onClose}>
      <form onSubmit={submit}>
        <fieldset class="runtimes">
          <legend>Runtime</legend>
          {runtimes.value.map((one) => (
            <RuntimeChoice
              key={one.name}
              runtime={one}
              isChosen={one.name === runtime}
              onChoose={() => setRuntime(one.name)}
            />
          ))}
        </fieldset>
        <label class="field">
          <span>
            Name <small>optional</small>
          </span>
          <input
            value={id}
            maxLength={64}
            pattern="[A-Za-z0-9_\-]+"
            title="Letters, digits, - and _"
            placeholder="made for you"
            autocomplete="off"
            spellcheck={false}
            onInput={(event) => setId(event.currentTarget.value)}
          />
        </label>
        <label class="field">
          <span>
            Directory <small>optional</small>
          </span>
          <input
            value={cwd}
            placeholder="the server’s"
            autocomplete="off"
            spellcheck={false}
            onInput={(event) => setCwd(event.currentTarget.value)}
          />
        </label>
        {problem === null ? null : (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        <div class="actions">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button class="primary" disabled={isStarting || runtime === ""}>
            {isStarting ? "Starting…" : "Start session"}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function RuntimeChoice(props: {
  readonly runtime: RuntimeView;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}) {
  const { runtime, isChosen, onChoose } = props;
  const { name, available, version, reason, install } = runtime;
  return (
    <label class={available ? "choice" : "choice unavailable"}>
      <input
        type="radio"
        name="runtime"
        value={name}
        checked={isChosen}
        disabled={!available}
        onChange={onChoose}
      />
      <span>
        <strong>{name}</strong>
        <small>
          {available ? version : [reason, install].filter((one) => one !== null).join(". ")}
        </small>
      </span>
    </label>
  );
}
