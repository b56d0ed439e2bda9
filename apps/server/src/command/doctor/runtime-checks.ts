import type { HoldfastClient, Runtime, Session } from "@holdfast/client";
import { connectLocally } from "../connection/connect-locally.ts";
import { formatDuration } from "../terminal/format.ts";
import { type Check, failure, ok, warning } from "./check.ts";

const firstCode: Readonly<Record<string, string>> = {
  bash: "echo $((6 * 7))",
  javascript: "console.log(6 * 7)",
  python: "print(6 * 7)",
};

// What sessions make use of where it is there.
const modules: readonly (readonly [module: string, use: string])[] = [
  ["IPython", "magics and displays in notebooks (holdfast run)"],
  ["matplotlib", "plots"],
  ["pandas", "tables"],
];

/** The runtimes, each tried with a session; and what Python has besides. */
export async function checkRuntimes(): Promise<readonly Check[]> {
  await using connection = connectLocally();
  const { client } = connection;
  const checks: Check[] = [];
  for (const runtime of await client.runtimes())
    checks.push(...(await checkRuntime(client, runtime)));
  const canRun = checks.some(({ name, status }) => name in firstCode && status === "ok");
  if (!canRun) checks.push(failure("sessions", "no runtime works", "install bash or Python 3"));
  return checks;
}

async function checkRuntime(client: HoldfastClient, runtime: Runtime): Promise<readonly Check[]> {
  const { name, engine, available, version, reason, install } = runtime;
  if (!available) return [warning(name, reason ?? "it is not available", install ?? "install it")];
  const began = performance.now();
  try {
    await using session = await client.sessions.create({ runtime: name });
    const { stdout, error } = await session.execute(firstCode[name] ?? "", { timeoutMs: 20_000 });
    if (stdout !== "42\n") throw new Error(error?.message ?? `6 * 7 is ${JSON.stringify(stdout)}`);
    const took = formatDuration(performance.now() - began);
    const isPyodide = engine === "pyodide";
    const what = isPyodide ? `${version} in Pyodide` : version;
    const works = ok(name, `${what}, a session works, from start to answer in ${took}`);
    const hasModules = name === "python" && !isPyodide;
    return hasModules ? [works, ...(await checkModules(session))] : [works];
  } catch (error) {
    const text = error instanceof Error ? error.message.replace(/^\[\w+\] /, "") : String(error);
    return [
      failure(name, `${version} is there, and no session works: ${text}`, install ?? "report it"),
    ];
  }
}

async function checkModules(session: Session): Promise<readonly Check[]> {
  const names = modules.map(([name]) => name);
  const code = `import importlib.metadata as m
def version(name):
    try: return m.version(name)
    except m.PackageNotFoundError: return None
[version(name) for name in ${JSON.stringify(names)}]`;
  const { result } = await session.execute(code);
  const versions = (result?.value ?? []) as readonly (string | null)[];
  return modules.map(([name, use], at) => {
    const version = versions[at] ?? null;
    return version === null
      ? warning(
          name,
          `not installed: ${use}`,
          `pip install ${name.toLowerCase()}, or Debian: apt-get install python3-${name.toLowerCase()}`,
        )
      : ok(name, `${version}: ${use}`);
  });
}
