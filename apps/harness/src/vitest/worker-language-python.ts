import type { WorkerLanguage } from "./worker-language.ts";

/** The contract suite's code in Python. */
export const pythonLanguage: WorkerLanguage = {
  print: (text, stream) => `import sys; print(${JSON.stringify(text)}, end="", file=sys.${stream})`,
  remember: (name, text) => `${name} = ${JSON.stringify(text)}`,
  recall: (name) => `print(globals().get(${JSON.stringify(name)}, ""), end="")`,
  printEnvironment: (name) =>
    `import os; print(os.environ.get(${JSON.stringify(name)}, ""), end="")`,
  printDirectory: 'import os; print(os.getcwd(), end="")',
  printZeros: (count) => `import sys; sys.stdout.write("\\0" * ${count}); None`,
  echoInput: 'import sys; print(sys.stdin.read(), end="")',
  fail: "1 / 0",
  invalid: "if then (",
  runForever: 'print("ready", end="", flush=True)\nwhile True: pass',
  exit: (code) => `import os; os._exit(${code})`,
  killSelf: "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
  startDaemon: `import subprocess
print(subprocess.check_output(
    ["sh", "-c", "setsid sleep 1000 </dev/null >/dev/null 2>&1 & printf %s $!"], text=True), end="")`,
  closeOutput: "import os; os.close(1); os.close(2)",
};
