/** How to say in one language what the contract suite needs. Each is a whole piece of code. */
export interface WorkerLanguage {
  /** Prints exactly this text, without a newline after it. */
  print(text: string, stream: "stdout" | "stderr"): string;
  /** Keeps the text in the session under the name. */
  remember(name: string, text: string): string;
  /** Prints what is kept under the name, or nothing when nothing is. */
  recall(name: string): string;
  /** Prints the value of an environment variable, or nothing when it is not set. */
  printEnvironment(name: string): string;
  /** Prints the current directory. */
  readonly printDirectory: string;
  /** Prints `count` zero bytes. */
  printZeros(count: number): string;
  /** Prints all of standard input. */
  readonly echoInput: string;
  /** Ends with status `error`, or with an exit code other than 0. */
  readonly fail: string;
  /** Is no valid code. */
  readonly invalid: string;
  /** Prints `ready` and runs until it is interrupted. */
  readonly runForever: string;
  /** Ends the worker's process with the code. */
  exit(code: number): string;
  /** Ends the worker's process by SIGKILL. */
  readonly killSelf: string;
  /** Prints the pid of a daemon that it leaves behind: forked twice, in a session of its own, holding no output of ours. */
  readonly startDaemon: string;
  /** Closes descriptors 1 and 2 for the session. */
  readonly closeOutput: string;
}
