import { effect, signal } from "@preact/signals";

const key = "holdfast-theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

export type Theme = "light" | "dark";

const systemTheme = signal<Theme>(dark.matches ? "dark" : "light");
dark.addEventListener("change", () => (systemTheme.value = dark.matches ? "dark" : "light"));

const chosen = signal<Theme | null>(read());

/** The theme that is shown: the system's until another one is chosen. */
export const theme = signal<Theme>("light");

effect(() => {
  theme.value = chosen.value ?? systemTheme.value;
  document.documentElement.dataset["theme"] = theme.value;
});

/** Shows the other one. Choosing what the system has follows the system again. */
export function switchTheme(): void {
  const other = theme.value === "dark" ? "light" : "dark";
  chosen.value = other === systemTheme.value ? null : other;
  if (chosen.value === null) localStorage.removeItem(key);
  else localStorage.setItem(key, chosen.value);
}

function read(): Theme | null {
  const kept = localStorage.getItem(key);
  return kept === "light" || kept === "dark" ? kept : null;
}
