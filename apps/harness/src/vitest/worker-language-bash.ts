import type { WorkerLanguage } from "./worker-language.ts";

const planted = "printf planted\n";

/** The contract suite's code in bash. */
export const bashLanguage: WorkerLanguage = {
  print: (text) => `printf %s ${quote(text)}`,
  fail: "(exit 3)",
  printError: (text) => `printf %s ${quote(text)} >&2`,
  printBytes: (bytes) => `printf ${quote(escaped(bytes))}`,
  printZeros: (count) => `head -c ${count} /dev/zero`,
  printLines: (count) => `seq ${count}`,
  printFromChild: (text) => `env printf %s ${quote(text)}`,
  printLater: (text, path) =>
    `{ until [[ -e ${quote(path)} ]]; do sleep 0.01; done; printf %s ${quote(text)}; } &`,
  closeOutput: "exec 1>&- 2>&-",
  remember: (name, text) => `${name}=${quote(text)}`,
  recall: (name) => `printf %s "\${${name}-}"`,
  forget: (name) => `unset -v ${name}`,
  printEnvironment: (name) => `[[ ! -v ${name} ]] || env printf %s "$${name}"`,
  printDirectory: 'printf %s "$PWD"',
  changeDirectory: (path) => `cd ${quote(path)}`,
  echoInput: "cat",
  readLines: (count) =>
    `(for ((i = 0; i < ${count}; i++)); do IFS= read -r; printf '[%s]' "$REPLY"; done)`,
  invalid: "if then fi (",
  exit: (code) => `exit ${code}`,
  killSelf: "kill -KILL $$",
  runForever: "printf ready; while :; do :; done",
  sleepForever: "printf ready; sleep 1000",
  ignoreSignals: "trap '' INT TERM; printf ready; while :; do sleep 1; done",
  startDaemon: "(setsid sleep 1000 </dev/null >/dev/null 2>&1 & printf %s $!)",
  printDescriptors: "readlink /proc/$$/fd/* || :",
  printChildDescriptors: `sh -c 'i=0; while [ $i -lt 64 ]; do [ -e /proc/$$/fd/$i ] && printf "%s " $i; i=$((i + 1)); done'`,
  planted: {
    ".bashrc": planted,
    ".bash_profile": planted,
    ".profile": planted,
    ".inputrc": planted,
  },
};

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function escaped(bytes: Uint8Array): string {
  return [...bytes].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
}
