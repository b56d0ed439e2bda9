import type { WorkerLanguage } from "./worker-language.ts";

const planted = 'process.stdout.write("planted");\n';
const showChildDescriptors =
  'i=0; while [ $i -lt 64 ]; do [ -e /proc/$$/fd/$i ] && printf "%s " $i; i=$((i + 1)); done';
const startDaemon = "setsid sleep 1000 </dev/null >/dev/null 2>&1 & printf %s $!";
const printLater = 'until [ -e "$1" ]; do sleep 0.01; done; printf %s "$0"';

/** The contract suite's code in JavaScript, as Node runs it: top-level `await`, `require`, `process`. */
export const javascriptLanguage: WorkerLanguage = {
  print: (text) => `void process.stdout.write(${literal(text)});`,
  fail: 'throw new Error("failed");',
  printError: (text) => `void process.stderr.write(${literal(text)});`,
  printBytes: (bytes) => `void process.stdout.write(Buffer.from([${bytes.join(",")}]));`,
  printZeros: (count) => `void process.stdout.write(Buffer.alloc(${count}));`,
  printLines: (count) => `for (let n = 1; n <= ${count}; n++) console.log(n);`,
  printFromChild: (text) => child("printf", ["%s", text]),
  printLater: (text, path) =>
    `void require("node:child_process").spawn("sh", ${literal(["-c", printLater, text, path])}, { stdio: "inherit" }).unref();`,
  closeOutput: 'for (const fd of [1, 2]) require("node:fs").closeSync(fd);',
  remember: (name, text) => `var ${name} = ${literal(text)};`,
  recall: (name) => `void process.stdout.write(typeof ${name} === "undefined" ? "" : ${name});`,
  forget: (name) => `delete globalThis.${name};`,
  printEnvironment: (name) => `void process.stdout.write(process.env[${literal(name)}] ?? "");`,
  printDirectory: "void process.stdout.write(process.cwd());",
  changeDirectory: (path) => `process.chdir(${literal(path)});`,
  echoInput: "for await (const piece of process.stdin) process.stdout.write(piece);",
  readLines: (count) => `{
  const lines = require("node:readline").createInterface({ input: process.stdin });
  const each = lines[Symbol.asyncIterator]();
  for (let n = 0; n < ${count}; n++) process.stdout.write(\`[\${(await each.next()).value}]\`);
  lines.close();
}`,
  raise: (message) => `throw new RangeError(${literal(message)});`,
  invalid: "if then {",
  exit: (code) => `process.exit(${code});`,
  killSelf: 'process.kill(process.pid, "SIGKILL");\nawait new Promise(() => {});',
  runForever: 'process.stdout.write("ready");\nfor (;;);',
  sleepForever:
    'process.stdout.write("ready");\nawait new Promise((done) => setTimeout(done, 1e6));',
  ignoreSignals: `for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => {});
process.stdout.write("ready");
for (;;) try { for (;;); } catch {}`,
  startDaemon: `void process.stdout.write(require("node:child_process").execFileSync("sh", ${literal(["-c", startDaemon])}));`,
  printDescriptors: `{
  const fs = require("node:fs");
  for (const fd of fs.readdirSync("/proc/self/fd"))
    try { console.log(fs.readlinkSync("/proc/self/fd/" + fd)); } catch {}
}`,
  printChildDescriptors: child("sh", ["-c", showChildDescriptors]),
  planted: {
    ".noderc": planted,
    ".node_repl_history": planted,
    "index.js": planted,
    "node_modules/fs.js": planted,
    "node_modules/node:fs.js": planted,
    ".node_modules/module.js": planted,
  },
  evaluate: (value) => `(${literal(value)})`,
  noValue: "void 0;",
  unrepresentable: "Symbol('nothing else is this')",
  display: (text) =>
    `void display({ [Symbol.for("holdfast.display")]: () => ({ "text/plain": ${literal(text)} }) });`,
  documented: "Array.isArray",
};

function child(command: string, args: readonly string[]): string {
  return `void require("node:child_process").execFileSync(${literal(command)}, ${literal(args)}, { stdio: "inherit" });`;
}

// JSON is JavaScript.
function literal(value: unknown): string {
  return JSON.stringify(value);
}
