import type { WorkerLanguage } from "@holdfast/harness/vitest";

const quoted = (text: string) =>
  `"\\x{${[...Buffer.from(text)].map((byte) => byte.toString(16)).join("}\\x{")}}"`;

/** {@link WorkerLanguage} of Perl. */
export const perlLanguage: WorkerLanguage = {
  print: (text, stream) => `print ${stream.toUpperCase()} ${quoted(text)}`,
  remember: (name, text) => `$${name} = ${quoted(text)}`,
  recall: (name) => `print $${name}`,
  printEnvironment: (name) => `print $ENV{${name}}`,
  printDirectory: "use Cwd; print getcwd",
  printZeros: (count) => `print "\\0" x ${count}`,
  echoInput: "print <STDIN>",
  fail: "die 'no'",
  invalid: "if then (",
  runForever: "print 'ready'; 1 while 1",
  exit: (code) => `exit ${code}`,
  killSelf: "kill 9, $$",
  startDaemon: "print `setsid sleep 1000 </dev/null >/dev/null 2>&1 & printf %s \\$!`",
  closeOutput: "close STDOUT; close STDERR",
};
