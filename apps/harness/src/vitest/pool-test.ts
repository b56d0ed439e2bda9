import { Pool, type PoolOptions, type Session } from "@holdfast/core";
import { test } from "vitest";

/**
 * A `test` with a `pool` that all tests of the file share, and a `session` out of it for each test: a clean one on a warm
 * worker, that ends with the test. It costs little more than a shared one, and no test sees what another did. The pool is
 * closed after the last test of the file.
 * @param options two warm workers unless said otherwise: one in use, one for the next test
 */
export function poolTest(options: PoolOptions) {
  return test
    .extend("pool", { scope: "file" }, async ({}, { onCleanup }): Promise<Pool> => {
      const pool = new Pool({ minIdle: 2, ...options });
      onCleanup(() => pool.close());
      return pool;
    })
    .extend("session", async ({ pool }, { onCleanup }): Promise<Session> => {
      const lease = await pool.acquire();
      onCleanup(() => lease.release("discard"));
      return lease.session;
    });
}
