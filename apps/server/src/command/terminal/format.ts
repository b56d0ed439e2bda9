/** Bytes for people: `12.3 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** A duration for people, in two parts at most: `3 ms`, `1.2 s`, `4m 10s`, `2h 5m`, `3d 1h`. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${ms < 9.95 ? Number(ms.toFixed(1)) : Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const [days, hours, minutes] = [86_400, 3_600, 60].map((size) => Math.floor(seconds / size));
  if (days !== undefined && days > 0) return `${days}d ${(hours ?? 0) % 24}h`;
  if (hours !== undefined && hours > 0) return `${hours}h ${(minutes ?? 0) % 60}m`;
  return `${minutes}m ${seconds % 60}s`;
}

/** How long ago a time was, ISO 8601, in the largest unit: `5s`, `12m`, `3h`, `2d`. */
export function formatAge(time: string, now = Date.now()): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(time)) / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

/** The first line of a text, up to a length, without control characters. */
export function firstLine(text: string, maxLength: number): string {
  const trimmed = text.trim();
  const [line = ""] = trimmed.split("\n", 1);
  const shown = line.replaceAll(/\p{Cc}/gu, " ").trimEnd();
  const isWhole = shown.length <= maxLength && line.length === trimmed.length;
  return isWhole ? shown : `${shown.slice(0, maxLength - 1)}…`;
}
