import type { SessionEvent, SessionState, SessionStatus } from "./session-state.ts";
import { initialSession, transition } from "./session-transition.ts";

const statuses: readonly SessionStatus[] = [
  "starting",
  "idle",
  "busy",
  "restarting",
  "lost",
  "closed",
];

/** The state diagram of a session as Mermaid text, made by asking {@link transition} itself. */
export function sessionDiagram(): string {
  const edges = new Map<string, string[]>();
  for (const from of statuses) {
    for (const [label, event, state] of cases(from)) {
      const result = transition(state, event);
      if (!result.isAccepted || result.state.status === from) continue;
      const key = `${from} --> ${result.state.status}`;
      edges.set(key, [...new Set([...(edges.get(key) ?? []), label])]);
    }
  }
  const lines = [...edges].map(([edge, labels]) => `  ${edge}: ${labels.join(", ")}`);
  return ["stateDiagram-v2", "  [*] --> starting", ...lines, "  closed --> [*]"].join("\n");
}

function cases(status: SessionStatus): [string, SessionEvent, SessionState][] {
  const running = status === "busy" ? { executionId: "a", ending: null } : null;
  const state: SessionState = { ...initialSession(9), status, running };
  const waiting: SessionState = { ...state, queue: ["b"] };
  const end = { type: "execution_ended", executionId: "a" } as const;
  return [
    ["execute", { type: "execute", executionId: "n" }, state],
    ["worker ready", { type: "worker_ready", generation: 1 }, state],
    ["worker ready, some wait", { type: "worker_ready", generation: 1 }, waiting],
    ["worker failed", { type: "worker_failed", generation: 1 }, state],
    ["worker exited", { type: "worker_exited", generation: 1 }, state],
    ["end", { ...end, isWorkerLost: false }, state],
    ["worker lost", { ...end, isWorkerLost: true }, state],
    ["worker lost, some wait", { ...end, isWorkerLost: true }, waiting],
    ["background execution", { type: "wake" }, state],
    ["restart", { type: "restart" }, state],
    ["close", { type: "close" }, state],
  ];
}
