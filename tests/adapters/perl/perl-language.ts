import type { WorkerLanguage } from "@holdfast/harness/vitest";

const shell = (code: string) => `system 'sh', '-c', ${quoted(code)}`;

/** How the contract suite says in Perl what it needs. */
export const perlLanguage: WorkerLanguage = {
  print: (text) => `print ${quoted(text)};`,
  fail: "die 'no'",
  printError: (text) => `print STDERR ${quoted(text)};`,
  printBytes: (bytes) => `print pack 'C*', ${[...bytes].join(", ")};`,
  // Piece by piece: Perl looks for signals between operations only.
  printZeros: (count) =>
    `for (my $left = ${count}; $left > 0; $left -= 4096) { print "\\0" x ($left < 4096 ? $left : 4096) }`,
  printLines: (count) => `print "$_\\n" for 1 .. ${count};`,
  printFromChild: (text) => `system 'printf', '%s', ${quoted(text)};`,
  printLater: (text, path) =>
    `defined(my $pid = fork) or die; $pid or exec 'sh', '-c', 'until [ -e "$1" ]; do sleep 0.01; done; printf %s "$0"', ${quoted(text)}, ${quoted(path)};`,
  closeOutput: "close STDOUT; close STDERR;",
  remember: (name, text) => `$${name} = ${quoted(text)};`,
  recall: (name) => `print $${name} // '';`,
  forget: (name) => `undef $${name};`,
  printEnvironment: (name) => `print $ENV{${name}} // '';`,
  printDirectory: "use Cwd; print getcwd;",
  changeDirectory: (path) => `chdir ${quoted(path)};`,
  echoInput: "print <STDIN>;",
  readLines: (count) => `for (1 .. ${count}) { chomp(my $line = <STDIN>); print "[$line]" }`,
  raise: (message) => `die ${quoted(`${message}\n`)}`,
  invalid: "if then (",
  exit: (code) => `exit ${code}`,
  killSelf: "kill 9, $$",
  runForever: "print 'ready'; 1 while 1",
  sleepForever: "print 'ready'; sleep 1000",
  ignoreSignals: "$SIG{INT} = $SIG{TERM} = 'IGNORE'; print 'ready'; sleep 1 while 1",
  startDaemon: shell("setsid sleep 1000 </dev/null >/dev/null 2>&1 & printf %s $!"),
  printDescriptors: shell("readlink /proc/$PPID/fd/*"),
  printChildDescriptors: shell(
    'i=0; while [ $i -lt 64 ]; do [ -e /proc/$$/fd/$i ] && printf "%s " $i; i=$((i + 1)); done',
  ),
  planted: { "strict.pm": "print 'planted'; 1", ".perlrc": "print 'planted'" },
};

/** A text by its bytes: so Perl takes nothing in it for its own. */
function quoted(text: string): string {
  return `"${Buffer.from(text)
    .toString("hex")
    .replaceAll(/../g, String.raw`\x$&`)}"`;
}
