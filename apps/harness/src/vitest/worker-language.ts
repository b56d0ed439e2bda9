import type { Value } from "@holdfast/core";

/**
 * How to say in one language what the contract suite needs. Each is a whole piece of code; two of them with a newline in
 * between run one after the other. Only `print` and `fail` must be there: leave out what the language has no way to say,
 * and the cases that need it are not there. Names are lower-case letters.
 */
export interface WorkerLanguage {
  /** Prints exactly this text on standard output, without a newline after it. Any text without NUL, in UTF-8. */
  print(text: string): string;
  /** Ends with status `error`, or with an exit code other than 0. */
  readonly fail: string;

  // Output
  /** Prints on standard error. */
  printError?(text: string): string;
  /** Prints these bytes, whatever they are. */
  printBytes?(bytes: Uint8Array): string;
  /** Prints `count` zero bytes. */
  printZeros?(count: number): string;
  /** Prints the numbers from 1 to `count`, a line each. */
  printLines?(count: number): string;
  /** Has a process print the text that it starts and waits for. */
  printFromChild?(text: string): string;
  /** Leaves something running (a process, a task) that prints the text when there is a file of this path. */
  printLater?(text: string, path: string): string;
  /** Closes descriptors 1 and 2 for the session. */
  readonly closeOutput?: string;

  // State
  /** Keeps the text, which is of digits, in the session under the name. */
  remember?(name: string, text: string): string;
  /** Prints what is kept under the name, or nothing when nothing is. */
  recall?(name: string): string;
  /** Removes it. */
  forget?(name: string): string;
  /** Prints the value of an environment variable, or nothing when it is not set. */
  printEnvironment?(name: string): string;
  /** Prints the current directory. */
  readonly printDirectory?: string;
  /** Goes to a directory, for the session. */
  changeDirectory?(path: string): string;

  // Input
  /** Prints all of standard input. */
  readonly echoInput?: string;
  /** Reads so many lines of standard input, one after the other, and prints each as `[line]`. */
  readLines?(count: number): string;
  /** Asks for a line with this prompt, so that it is told as an `input_request`, and prints it. */
  ask?(prompt: string): string;

  // Failures and ends
  /** Raises an error of this message, told as an `error`. */
  raise?(message: string): string;
  /** Is no valid code. */
  readonly invalid?: string;
  /** Ends the worker's process with the code. */
  exit?(code: number): string;
  /** Ends the worker's process by SIGKILL. */
  readonly killSelf?: string;

  // Code that goes on
  /** Prints `ready` and computes until it is interrupted. */
  readonly runForever?: string;
  /** Prints `ready` and waits until it is interrupted. */
  readonly sleepForever?: string;
  /** Prints `ready` and goes on, whatever interrupts and SIGTERM there are. */
  readonly ignoreSignals?: string;
  /** Prints the pid of a daemon that it leaves behind: forked twice, in a session of its own, holding no output of ours. */
  readonly startDaemon?: string;

  // What the process has of its host
  /** Prints where each descriptor of the worker's process points to, a line each (`readlink /proc/self/fd/*`). */
  readonly printDescriptors?: string;
  /** Prints the numbers of the descriptors that a process has which it starts, in order, with spaces in between. */
  readonly printChildDescriptors?: string;
  /** Files by name, for the directory that is its home and in which it starts, that print `planted` if a start were to heed them. */
  readonly planted?: Readonly<Record<string, string>>;

  // Results and displays
  /** An expression with this value: JSON. */
  evaluate?(value: Value): string;
  /** A statement that has no value. */
  readonly noValue?: string;
  /** An expression whose value is nothing that the protocol has. */
  readonly unrepresentable?: string;
  /** Shows the text as `text/plain`. */
  display?(text: string): string;
  /** Code with something documented at its very end, such as the name of a function. */
  readonly documented?: string;
}
