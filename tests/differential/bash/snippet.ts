/** What of a result is compared. */
export const aspects = ["stdout", "stderr", "status"] as const;

/** One of {@link aspects}. */
export type Aspect = (typeof aspects)[number];

/** What is taken out of both outputs, since it cannot be equal: the snippet's folder, or the process id of a job. */
export type Mask = "folder" | "job";

/** In what of its result a snippet is not the same in a session, and why. */
export interface Difference {
  readonly aspects: readonly Aspect[];
  readonly reason: string;
}

/** A piece of bash that is run both ways. */
export interface Snippet {
  readonly theme: string;
  readonly name: string;
  /** In a session an execution each, in a plain bash one script of them all. */
  readonly pieces: readonly string[];
  readonly masks: readonly Mask[];
  /** The reason is the name of a documented difference. */
  readonly differs: Difference | null;
  /** Where the adapter ought to do the same, and does not yet. */
  readonly defect: Difference | null;
}
