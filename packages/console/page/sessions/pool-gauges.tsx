import { bytes } from "../parts/format.ts";
import { memory, pool, sessions } from "./sessions-store.ts";

/** What the server holds: sessions, their memory, and workers that are ready for the next ones. */
export function PoolGauges() {
  const total = [...memory.value.values()].reduce((sum, one) => sum + one, 0);
  const known = pool.value;
  const size = known === null ? 0 : Math.max(1, known.idle + known.leased + known.starting);
  return (
    <section class="gauges" aria-label="Server">
      <dl>
        <div>
          <dt>Sessions</dt>
          <dd>{sessions.value.length}</dd>
        </div>
        <div>
          <dt>Memory</dt>
          <dd>{bytes(total)}</dd>
        </div>
        {known === null ? null : (
          <div
            title={`${known.hits} sessions began at once, ${known.misses} had to wait for a start`}
          >
            <dt>Ready workers</dt>
            <dd>{known.idle}</dd>
          </div>
        )}
      </dl>
      {known === null ? null : (
        <div
          class="gauge"
          role="img"
          aria-label={`Pool: ${known.leased} in use, ${known.idle} ready, ${known.starting} starting, ${known.waiting} waiting`}
        >
          <span class="leased" style={{ flexGrow: known.leased / size }} />
          <span class="ready" style={{ flexGrow: known.idle / size }} />
          <span class="starting" style={{ flexGrow: known.starting / size }} />
        </div>
      )}
    </section>
  );
}
