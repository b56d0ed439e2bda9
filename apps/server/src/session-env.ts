const passedOn = [
  "PATH",
  "HOME",
  "LANG",
  "LANGUAGE",
  "TZ",
  "TMPDIR",
  "USER",
  "LOGNAME",
  "SHELL",
  "TERM",
];

/**
 * What of our environment sessions see: where things are and how text is written, nothing else. `HOLDFAST_SESSION_ENV`
 * names more, separated by commas.
 */
export function sessionEnv(env: NodeJS.ProcessEnv): Record<string, string> {
  const named = (env["HOLDFAST_SESSION_ENV"] ?? "").split(",").map((name) => name.trim());
  const isPassedOn = (name: string) =>
    !name.startsWith("HOLDFAST_TOKEN") &&
    name !== "HOLDFAST_STORE" &&
    (passedOn.includes(name) || name.startsWith("LC_") || named.includes(name));
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value !== undefined && isPassedOn(name) ? [[name, value]] : [],
    ),
  );
}
