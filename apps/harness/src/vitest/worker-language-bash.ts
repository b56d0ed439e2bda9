import type { WorkerLanguage } from "./worker-language.ts";

/** The contract suite's code in bash. */
export const bashLanguage: WorkerLanguage = {
  print: (text, stream) => `printf %s ${quote(text)}${stream === "stderr" ? " >&2" : ""}`,
  remember: (name, text) => `${name}=${quote(text)}`,
  recall: (name) => `printf %s "\${${name}-}"`,
  printEnvironment: (name) => `printenv ${name} | tr -d '\\n'`,
  printDirectory: 'printf %s "$PWD"',
  printZeros: (count) => `head -c ${count} /dev/zero`,
  echoInput: "cat",
  fail: "(exit 3)",
  invalid: "if then fi (",
  runForever: "printf ready; while :; do :; done",
  exit: (code) => `exit ${code}`,
  killSelf: "kill -KILL $$",
  startDaemon: "(setsid sleep 1000 </dev/null >/dev/null 2>&1 & printf %s $!)",
  closeOutput: "exec 1>&- 2>&-",
};

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
