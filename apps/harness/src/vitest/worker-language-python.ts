import type { Value } from "@holdfast/core";
import type { WorkerLanguage } from "./worker-language.ts";

const planted = 'print("planted", end="")\n';

/** The contract suite's code in Python. */
export const pythonLanguage: WorkerLanguage = {
  print: (text) => `print(${literal(text)}, end="")`,
  fail: "1 / 0",
  printError: (text) => `import sys; print(${literal(text)}, end="", file=sys.stderr)`,
  printBytes: (bytes) => `import os; os.write(1, bytes([${bytes.join(",")}])); None`,
  printZeros: (count) => `import sys; sys.stdout.write("\\0" * ${count}); None`,
  printLines: (count) => `for n in range(1, ${count} + 1): print(n)`,
  printFromChild: (text) =>
    `import subprocess; subprocess.run(["printf", "%s", ${literal(text)}]); None`,
  printLater: (text, path) => `import subprocess
subprocess.Popen(["sh", "-c", 'until [ -e "$1" ]; do sleep 0.01; done; printf %s "$0"', ${literal(text)}, ${literal(path)}])
None`,
  closeOutput: "import os; os.close(1); os.close(2)",
  remember: (name, text) => `${name} = ${literal(text)}`,
  recall: (name) => `print(globals().get(${literal(name)}, ""), end="")`,
  forget: (name) => `del ${name}`,
  printEnvironment: (name) => `import os; print(os.environ.get(${literal(name)}, ""), end="")`,
  printDirectory: 'import os; print(os.getcwd(), end="")',
  changeDirectory: (path) => `import os; os.chdir(${literal(path)})`,
  echoInput: 'import sys; print(sys.stdin.read(), end="")',
  readLines: (count) => `for n in range(${count}): print(f"[{input()}]", end="")`,
  ask: (prompt) => `print(input(${literal(prompt)}), end="")`,
  raise: (message) => `raise ValueError(${literal(message)})`,
  invalid: "if then (",
  exit: (code) => `import os; os._exit(${code})`,
  killSelf: "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
  runForever: 'print("ready", end="")\nwhile True: pass',
  sleepForever: 'import time; print("ready", end=""); time.sleep(1000)',
  ignoreSignals: `import signal, time
for number in (signal.SIGINT, signal.SIGTERM): signal.signal(number, signal.SIG_IGN)
print("ready", end="")
while True: time.sleep(1)`,
  startDaemon: `import subprocess
print(subprocess.check_output(
    ["sh", "-c", "setsid sleep 1000 </dev/null >/dev/null 2>&1 & printf %s $!"], text=True), end="")`,
  printDescriptors: `import os
for fd in os.listdir("/proc/self/fd"):
  try: print(os.readlink("/proc/self/fd/" + fd))
  except OSError: pass`,
  printChildDescriptors: `import subprocess
subprocess.run(["sh", "-c", 'i=0; while [ $i -lt 64 ]; do [ -e /proc/$$/fd/$i ] && printf "%s " $i; i=$((i + 1)); done'], close_fds=False); None`,
  planted: {
    "sitecustomize.py": planted,
    "usercustomize.py": planted,
    "asyncio.py": planted,
    ".pythonrc.py": planted,
  },
  evaluate: (value) => python(value),
  noValue: "x = 1",
  unrepresentable: "object()",
  display: (text) => `display({"text/plain": ${literal(text)}}, raw=True)`,
  documented: "isinstance",
};

// As JSON, whose escapes Python has too, but for astral characters as two of them.
function literal(text: string): string {
  return JSON.stringify(text);
}

function python(value: Value): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return literal(value);
  if (typeof value === "number") return String(value);
  if (Array.isArray(value)) return `[${(value as readonly Value[]).map(python).join(", ")}]`;
  return `{${Object.entries(value)
    .map(([key, one]) => `${literal(key)}: ${python(one)}`)
    .join(", ")}}`;
}
