import { type Host, type ResourceUsage, readMachinePressure } from "@holdfast/core";
import { Gauge, Registry } from "prom-client";

// Reading one takes some file reads, which have four threads to run on.
const sessionsAtATime = 4;

const usageGauges = {
  cpu_seconds: ["Processor time of present workers", ({ cpuMs }) => cpuMs / 1000],
  memory_bytes: ["Memory, shared pages by their share", ({ memoryBytes }) => memoryBytes],
  processes: ["Processes", ({ processes }) => processes],
  threads: ["Threads", ({ threads }) => threads],
  open_descriptors: ["Open file descriptors", ({ descriptors }) => descriptors],
} as const satisfies Record<string, readonly [string, (usage: ResourceUsage) => number]>;

/** What there is now: the sessions of a host, what they use, and how busy the machine is. Read anew each time. */
export async function hostMetrics(host: Host): Promise<Registry> {
  const registry = new Registry();
  countSessions(registry, host);
  readMachine(registry);
  await sumUsage(registry, host);
  return registry;
}

function countSessions(registry: Registry, host: Host): void {
  const sessions = new Gauge({
    name: "holdfast_sessions",
    help: "Sessions by runtime and state; those that are being started are not among them yet",
    labelNames: ["runtime", "state"],
    registers: [registry],
  });
  const running = new Gauge({
    name: "holdfast_executions_running",
    help: "Executions that run or wait",
    labelNames: ["runtime"],
    registers: [registry],
  });
  for (const { name: runtime } of host.runtimes) {
    sessions.set({ runtime, state: "idle" }, 0);
    running.set({ runtime }, 0);
  }
  for (const { session } of host.list()) {
    const runtime = session.runtime.name;
    sessions.inc({ runtime, state: session.status });
    running.inc({ runtime }, session.executions.filter(({ hasEnded }) => !hasEnded).length);
  }
}

function readMachine(registry: Registry): void {
  const { cpu, memory, io } = readMachinePressure();
  const gauge = new Gauge({
    name: "holdfast_machine_pressure_ratio",
    help: "Share of the last 10 s in which somebody waited for it, where the kernel tells",
    labelNames: ["resource"],
    registers: [registry],
  });
  for (const [resource, pressure] of Object.entries({ cpu, memory, io }))
    if (pressure !== null) gauge.set({ resource }, pressure.some10);
}

async function sumUsage(registry: Registry, host: Host): Promise<void> {
  const gauges = Object.entries(usageGauges).map(([name, [help, value]]) => ({
    value,
    gauge: new Gauge({
      name: `holdfast_sessions_${name}`,
      help: `${help} of all sessions`,
      labelNames: ["runtime"],
      registers: [registry],
    }),
  }));
  for (const { name: runtime } of host.runtimes)
    for (const { gauge } of gauges) gauge.set({ runtime }, 0);
  const rest = host.list().values();
  const readAll = async () => {
    for (const { session } of rest) {
      const usage = await session.resources();
      if (usage === null) continue;
      for (const { gauge, value } of gauges)
        gauge.inc({ runtime: session.runtime.name }, value(usage));
    }
  };
  await Promise.all(Array.from({ length: sessionsAtATime }, readAll));
}
