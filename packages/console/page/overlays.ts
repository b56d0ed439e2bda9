import { signal } from "@preact/signals";
import { type PanelName, panel } from "./workspace.ts";

/** Whether it is asked what to start. */
export const isStarting = signal(false);

/** Whether the sessions are shown where there is no room for them all the time. */
export const isDrawerOpen = signal(false);

/** Whether the keys are listed. */
export const isHelpOpen = signal(false);

/** Shows a panel, or takes it away. */
export function togglePanel(name: PanelName): void {
  panel.value = panel.value === name ? null : name;
}
