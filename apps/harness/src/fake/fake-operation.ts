/** What a {@link FakeWorker} was asked for beside an execution; the test answers it. */
export interface FakeOperation {
  /** The name of the method. */
  readonly method: string;
  readonly arguments: readonly unknown[];
  /** Gives the method its result. */
  readonly resolve: (result?: unknown) => void;
  readonly reject: (error: unknown) => void;
}
