import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { call, get, post, sessionPath } from "../http/api.ts";
import type { CheckpointView, PageView, SessionView } from "../http/views.ts";
import { now } from "../parts/clock.ts";
import { confirm } from "../parts/dialog.tsx";
import { age, bytes } from "../parts/format.ts";
import { Menu } from "../parts/menu.tsx";
import { attempt } from "../parts/notices.ts";
import { restore, start } from "../workspace.ts";
import { Panel } from "./panel.tsx";

/** By session: its checkpoints, newest first. */
const checkpoints = signal<Readonly<Record<string, readonly CheckpointView[]>>>({});
/** By session: the one that its state was last the same as, as far as this page knows. */
const here = signal<Readonly<Record<string, string>>>({});

/** The kept states of a session in time: to go back to, or to begin another session with. */
export function CheckpointsPanel({ session }: { readonly session: SessionView }) {
  const { id } = session;
  const [name, setName] = useState("");
  const [isTaking, setTaking] = useState(false);
  useEffect(() => void read(id), [id, session.executionCount]);
  const take = async (event: Event) => {
    event.preventDefault();
    setTaking(true);
    const request = name.trim() === "" ? {} : { name: name.trim() };
    const made = await attempt(() =>
      post<CheckpointView>(sessionPath(id, "/checkpoints"), request),
    );
    setTaking(false);
    if (made === undefined) return;
    setName("");
    setHere(id, made.id);
    await read(id);
  };
  const items = checkpoints.value[id];
  return (
    <Panel title="Checkpoints">
      <form class="take" onSubmit={(event) => void take(event)}>
        <input
          aria-label="Name of the checkpoint"
          placeholder="Name (optional)"
          maxLength={200}
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <button class="primary" disabled={isTaking}>
          {isTaking ? "Keeping…" : "Keep state"}
        </button>
      </form>
      {items?.length === 0 ? (
        <p class="note">
          A checkpoint keeps variables, functions and the directory, to come back to whenever you
          like.
        </p>
      ) : null}
      <ol class="timeline">
        {(items ?? []).map((one) => (
          <Entry key={one.id} sessionId={id} checkpoint={one} isHere={here.value[id] === one.id} />
        ))}
      </ol>
    </Panel>
  );
}

function Entry(props: {
  readonly sessionId: string;
  readonly checkpoint: CheckpointView;
  readonly isHere: boolean;
}) {
  const { sessionId, checkpoint, isHere } = props;
  const { id, name, createdAt, sizeBytes, skipped, runtime } = checkpoint;
  const time = new Date(createdAt).toLocaleTimeString();
  const title = name ?? time;
  const back = async () => {
    const text = "The session’s state becomes that of the checkpoint. What it is now is gone.";
    if (!(await confirm(`Go back to ${title}?`, text, "Restore"))) return;
    if (await restore(sessionId, checkpoint)) setHere(sessionId, id);
  };
  const forget = async () => {
    if (!(await confirm(`Delete ${title}?`, "It cannot be restored any more.", "Delete"))) return;
    await attempt(() => call(`/v1/checkpoints/${id}`, { method: "DELETE" }));
    await read(sessionId);
  };
  return (
    <li class={isHere ? "here" : ""}>
      <div class="line">
        <strong>{title}</strong>
        <Menu
          label={`Checkpoint ${title}: more`}
          icon="more"
          items={[
            {
              label: "Restore into a new session",
              onChoose: () => void attempt(() => start({ runtime, restore: id })),
            },
            { label: "Delete…", isDanger: true, onChoose: () => void forget() },
          ]}
        />
      </div>
      <small>
        {[name === null ? "" : time, age(createdAt, now.value), bytes(sizeBytes)]
          .filter((one) => one !== "")
          .join(" · ")}
        {isHere ? " · last kept or restored" : ""}
      </small>
      {skipped.length === 0 ? null : (
        <details>
          <summary>{`${skipped.length} left out`}</summary>
          <ul>
            {skipped.map((one) => (
              <li key={one.name}>
                <code>{one.name}</code> {one.reason}
              </li>
            ))}
          </ul>
        </details>
      )}
      <button class="small" onClick={() => void back()}>
        Restore here
      </button>
    </li>
  );
}

async function read(id: string): Promise<void> {
  await attempt(async () => {
    const page = await get<PageView<CheckpointView>>(sessionPath(id, "/checkpoints"));
    checkpoints.value = { ...checkpoints.peek(), [id]: page.items };
  });
}

function setHere(sessionId: string, checkpointId: string): void {
  here.value = { ...here.peek(), [sessionId]: checkpointId };
}
