import { test } from "vitest";
import { type LeakOptions, watchLeaks } from "../leaks/leak-check.ts";

/**
 * A `test` that fails when it leaves anything behind, as `expectNothingLeaked` says it. What its other fixtures keep for the
 * whole file has to be there before: extend from here, and use it once in a test in front.
 */
export function leakTest({ counts, ...options }: LeakOptions = {}) {
  return test.extend("leaks", { auto: true }, async ({}, { onCleanup }): Promise<null> => {
    const watch = await watchLeaks(counts, options);
    onCleanup(() => watch.expectNone());
    return null;
  });
}
