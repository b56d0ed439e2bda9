import { signal } from "@preact/signals";

/** The time, once a second, for what tells how long something lasts. */
export const now = signal(Date.now());

setInterval(() => {
  if (document.visibilityState === "visible") now.value = Date.now();
}, 1_000);
