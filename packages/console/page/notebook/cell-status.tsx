import { now } from "../parts/clock.ts";
import { duration } from "../parts/format.ts";
import type { Cell } from "./cells.ts";
import { type RunState, isOver } from "./run-state.ts";

const words: Readonly<Record<string, string>> = {
  ok: "done",
  sending: "sending",
  queued: "queued",
  running: "running",
  error: "failed",
  timeout: "timed out",
  interrupted: "interrupted",
  lost: "lost",
};

/** How a run stands or ended, and what can be done about it. */
export function CellStatus(props: {
  readonly cell: Cell;
  readonly onFeed: (() => void) | null;
  readonly onInterrupt: () => void;
  readonly onKill: () => void;
}) {
  const { cell, onFeed, onInterrupt, onKill } = props;
  const { run, isWaiting } = cell;
  const status = isWaiting ? "waiting" : (run?.status ?? "");
  const isNonZero = run?.end?.status === "ok" && (run.end.exitCode ?? 0) !== 0;
  const isRunning = run !== null && !isOver(run) && !isWaiting;
  return (
    <footer>
      <span class={`status ${isNonZero ? "nonzero" : status}`} role="status">
        {isNonZero ? `exit code ${run.end.exitCode}` : (words[status] ?? status)}
      </span>
      {run === null || isWaiting ? null : (
        <span class="how">
          {isRunning ? <Elapsed since={run.startedAt} /> : endOf(run)}
          {run.isBackground ? " · background" : ""}
        </span>
      )}
      {isRunning ? (
        <>
          {onFeed === null ? null : (
            <button class="small" onClick={onFeed}>
              Input…
            </button>
          )}
          <button class="small" onClick={onInterrupt}>
            Interrupt
          </button>
          <button class="small" onClick={onKill}>
            Kill
          </button>
        </>
      ) : null}
    </footer>
  );
}

function Elapsed({ since }: { readonly since: number | null }) {
  const seconds = since === null ? 0 : Math.floor((now.value - since) / 1_000);
  return seconds < 1 ? null : <>{duration(seconds * 1_000)}</>;
}

function endOf({ end, problem }: RunState): string {
  if (problem !== null) return problem;
  if (end === null) return "";
  const how =
    end.signal !== null
      ? `ended by ${end.signal}`
      : end.status !== "ok" && end.exitCode !== null && end.exitCode !== 0
        ? `exit code ${end.exitCode}`
        : "";
  const states: Readonly<Record<string, string>> = {
    lost: "the session’s state is lost",
    restored: "the state before is back",
  };
  return [how, states[end.sessionState] ?? "", duration(end.durationMs)]
    .filter((one) => one !== "")
    .join(" · ");
}
