const units = ["B", "KB", "MB", "GB", "TB"];

/** A size as people say it: three digits at most. */
export function bytes(size: number): string {
  let unit = 0;
  let amount = size;
  for (; amount >= 999.5 && unit < units.length - 1; unit++) amount /= 1_024;
  const digits = unit === 0 || amount >= 9.95 ? 0 : 1;
  return `${amount.toFixed(digits)} ${units[unit] ?? ""}`;
}

/** How long something took. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1_000)} s`;
}

/** How old something is, in its largest unit. */
export function age(time: string, now: number): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(time)) / 1_000));
  if (seconds < 60) return "now";
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** An id that nobody chose is told by its beginning. */
export function shortId(id: string): string {
  return /^[0-9a-f-]{32,}$/i.test(id) || (id.length > 20 && /\d/.test(id)) ? id.slice(0, 8) : id;
}
