import { isDrawerOpen, togglePanel } from "./overlays.ts";
import { confirm } from "./parts/dialog.tsx";
import { bytes, shortId } from "./parts/format.ts";
import { Icon, type IconName } from "./parts/icon.tsx";
import { Menu } from "./parts/menu.tsx";
import type { RuntimeView, SessionView } from "./http/views.ts";
import { memory } from "./sessions/sessions-store.ts";
import type { Notebook } from "./notebook/notebook.ts";
import { type PanelName, fork, panel, remove, renew } from "./workspace.ts";

/** How a session is, and what can be done to it as a whole. */
export function SessionBar(props: {
  readonly session: SessionView;
  readonly runtime: RuntimeView | undefined;
  readonly notebook: Notebook;
}) {
  const { session, runtime, notebook } = props;
  const { id, state } = session;
  const features = runtime?.features ?? [];
  const isBusy = state === "busy" || notebook.isBusy;
  return (
    <header class="bar">
      <button
        class="ghost narrow"
        aria-label="Show sessions"
        aria-expanded={isDrawerOpen.value}
        onClick={() => (isDrawerOpen.value = true)}
      >
        <Icon name="menu" />
      </button>
      <div class="title">
        <h1 title={id}>{shortId(id)}</h1>
        <p>
          <span class={`state ${state}`} role="status">
            {state}
          </span>
          <About session={session} runtime={runtime} />
        </p>
      </div>
      <div class="tools">
        {features.includes("fork") ? <TransactionSwitch notebook={notebook} /> : null}
        <button disabled={!isBusy} onClick={() => void notebook.interrupt()}>
          <Icon name="stop" /> Interrupt
        </button>
        {features.includes("fork") ? (
          <button title="A session of its own with the same state" onClick={() => void fork(id)}>
            <Icon name="fork" /> Fork
          </button>
        ) : null}
        <SessionMenu session={session} notebook={notebook} />
      </div>
      <div class="panels" role="group" aria-label="Panels">
        <PanelButton name="variables" label="Variables" />
        <PanelButton name="checkpoints" label="Checkpoints" />
        <PanelButton name="files" label="Files" />
      </div>
    </header>
  );
}

function About(props: {
  readonly session: SessionView;
  readonly runtime: RuntimeView | undefined;
}) {
  const { id, runtime: name, restarts, parentId } = props.session;
  const used = memory.value.get(id);
  const version = /^[\d.]+/.exec(props.runtime?.version ?? "")?.[0] ?? "";
  return (
    <span class="about">
      {[
        `${name} ${version}`,
        used === undefined ? "" : bytes(used),
        parentId === null ? "" : `fork of ${shortId(parentId)}`,
        restarts === 0 ? "" : `restarted ${restarts === 1 ? "once" : `${restarts} times`}`,
      ]
        .filter((one) => one !== "")
        .join(" · ")}
    </span>
  );
}

function TransactionSwitch({ notebook }: { readonly notebook: Notebook }) {
  const isOn = notebook.isTransaction.value;
  return (
    <button
      role="switch"
      class="switch"
      aria-checked={isOn}
      title="When code fails, the session’s state is put back to what it was before"
      onClick={() => (notebook.isTransaction.value = !isOn)}
    >
      <span class="knob" />
      Undo on error
    </button>
  );
}

function PanelButton({ name, label }: { readonly name: PanelName; readonly label: string }) {
  return (
    <button
      class="ghost"
      aria-pressed={panel.value === name}
      title={`${label} (${label[0] ?? ""})`}
      onClick={() => togglePanel(name)}
    >
      <Icon name={name satisfies IconName} />
      <span>{label}</span>
    </button>
  );
}

function SessionMenu(props: { readonly session: SessionView; readonly notebook: Notebook }) {
  const { session, notebook } = props;
  const { id } = session;
  const ask = async (title: string, text: string, action: string, work: () => Promise<void>) => {
    if (await confirm(title, text, action)) await work();
  };
  return (
    <Menu
      label="Session: more"
      icon="more"
      items={[
        { label: "Run all cells", onChoose: () => notebook.runAll() },
        {
          label: "Restart…",
          onChoose: () =>
            void ask(
              "Restart the session?",
              "A fresh worker takes over: variables and what runs are gone. The cells stay as they are.",
              "Restart",
              () => renew(id, "restart"),
            ),
        },
        {
          label: "Reset…",
          onChoose: () =>
            void ask(
              "Reset the session?",
              "A fresh worker takes over, and the output of the cells is cleared, too.",
              "Reset",
              () => renew(id, "reset"),
            ),
        },
        {
          label: "Delete session…",
          isDanger: true,
          onChoose: () =>
            void ask(
              `Delete ${shortId(id)}?`,
              "Its state is gone, and everything that it started ends. Checkpoints stay.",
              "Delete",
              () => remove(id),
            ),
        },
      ]}
    />
  );
}
