import type { Execution } from "./execution.ts";
import { chdir, cwd as currentDirectory, objectKeys } from "./primordials.ts";

const { env: environment } = process;

/** The directory and the variables that an execution has for itself. @throws the system's error for a directory that is not there */
export function enterSurroundings({ cwd, env }: Execution): () => void {
  const directory = cwd === null ? null : currentDirectory();
  if (cwd !== null) chdir(cwd);
  const replaced: (readonly [name: string, value: string | undefined])[] = [];
  const names = env === null ? [] : objectKeys(env);
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    replaced[i] = [name, environment[name]];
    environment[name] = (env as Record<string, string>)[name];
  }
  return () => {
    for (let i = 0; i < replaced.length; i++) {
      const name = (replaced[i] as readonly [string, string | undefined])[0];
      const value = (replaced[i] as readonly [string, string | undefined])[1];
      if (value === undefined) delete environment[name];
      else environment[name] = value;
    }
    if (directory === null) return;
    try {
      chdir(directory);
    } catch {
      // It has gone meanwhile.
    }
  };
}

/** Makes the process look as if it had been started with this environment, in this directory. @throws the system's error */
export function takeOn(env: Readonly<Record<string, string>> | null, cwd: string | null): void {
  if (env !== null) {
    for (const name of objectKeys(environment)) if (!(name in env)) delete environment[name];
    for (const name of objectKeys(env)) environment[name] = env[name];
  }
  if (cwd !== null) chdir(cwd);
}

/** Takes on what there is. */
export function rehearseTakingOn(): void {
  try {
    takeOn({ ...environment } as Record<string, string>, ".");
  } catch {
    // The directory cannot be entered any more: that is for those to know who use it.
  }
}
