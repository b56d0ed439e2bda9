import { Session, type SessionCreateOptions } from "@holdfast/core";
import { test } from "vitest";

/**
 * A `test` with a `session` that all tests of the file share: what one leaves in it the next one finds, so use it for
 * tests that do not care, and open one of your own for those that do. It is closed after the last test of the file. Tests
 * that end the session, count its processes or change its limits need one of their own too.
 */
export function sessionTest(options: SessionCreateOptions) {
  return test.extend("session", { scope: "file" }, async ({}, { onCleanup }): Promise<Session> => {
    const session = await Session.open(options);
    onCleanup(() => session.close());
    return session;
  });
}
