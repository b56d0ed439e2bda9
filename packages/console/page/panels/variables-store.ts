import { signal } from "@preact/signals";
import { ApiError, get, sessionPath } from "../http/api.ts";
import type { ChangesView, ModuleView, PageView, VariableView } from "../http/views.ts";
import { tell } from "../parts/notices.ts";
import { type Mark, marksOf } from "./variable-marks.ts";

/** What a session's namespace holds, as it was read last. */
export interface NamespaceView {
  readonly sessionId: string;
  readonly variables: readonly VariableView[];
  readonly modules: readonly ModuleView[];
  readonly marks: ReadonlyMap<string, Mark>;
}

export const namespace = signal<NamespaceView | null>(null);

/** Counts up when variables may have changed; the changes that are known since they were read last. */
export const variablesTurn = signal(0);
let pending: ChangesView | null = null;

/** Says that something ran. */
export function variablesChanged(changes: ChangesView | null): void {
  if (changes !== null)
    pending = {
      added: [...(pending?.added ?? []), ...changes.added],
      changed: [...(pending?.changed ?? []), ...changes.changed],
      removed: [],
    };
  variablesTurn.value++;
}

/** Reads variables and modules anew and marks what is different. */
export async function readNamespace(sessionId: string): Promise<void> {
  try {
    const [variables, modules] = await Promise.all([
      get<PageView<VariableView>>(sessionPath(sessionId, "/variables")),
      readModules(sessionId),
    ]);
    const known = namespace.peek();
    const before = known?.sessionId === sessionId ? known.variables : null;
    const changes = pending;
    pending = null;
    const items = variables.items.filter(({ type }) => type !== "module");
    const marks = marksOf(before, items, changes);
    namespace.value = { sessionId, variables: items, modules, marks };
  } catch (error) {
    tell(error);
  }
}

/** What was imported; nothing in a language that has no modules. */
async function readModules(sessionId: string): Promise<readonly ModuleView[]> {
  try {
    return (await get<PageView<ModuleView>>(sessionPath(sessionId, "/modules"))).items;
  } catch (error) {
    if (error instanceof ApiError && error.code === "feature_unsupported") return [];
    throw error;
  }
}
