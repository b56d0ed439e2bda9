import { signal } from "@preact/signals";
import { ApiError } from "../http/api.ts";

/** What went wrong last, in a sentence. */
export const notice = signal<string | null>(null);

/** Whether the server does not answer. */
export const isOffline = signal(false);

/** Does something for the user; what goes wrong is shown. Answers `undefined` then. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    const result = await work();
    notice.value = null;
    return result;
  } catch (error) {
    tell(error);
    return undefined;
  }
}

/** Shows what went wrong. */
export function tell(error: unknown): void {
  if (error instanceof ApiError) {
    if (error.status !== 401) notice.value = error.message;
  } else if (error instanceof TypeError) isOffline.value = true;
  else notice.value = error instanceof Error ? error.message : String(error);
}
