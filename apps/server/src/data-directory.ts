import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/** The per-user data folder: `$XDG_STATE_HOME/holdfast`, else `~/.local/state/holdfast`. */
export function defaultDataDirectory(env: NodeJS.ProcessEnv): string {
  const named = env["XDG_STATE_HOME"] ?? "";
  return join(isAbsolute(named) ? named : join(homedir(), ".local", "state"), "holdfast");
}
