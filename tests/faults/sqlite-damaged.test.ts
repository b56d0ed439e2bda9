import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HoldfastError } from "@holdfast/core";
import {
  type SeededRandom,
  buildSessionRecord,
  buildStoredExecution,
  expectNoLeaks,
  holdings,
  randomOfThisRun,
} from "@holdfast/harness";
import { SqliteStore } from "@holdfast/store-sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";

const rounds = Number(process.env["HOLDFAST_FAULT_ROUNDS"] ?? 25);
const executionCount = 100;

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "damaged-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it(
  `a database that is damaged in ${rounds} random ways is refused and left as it is, or gives what it holds [F25] [D32]`,
  { timeout: 60_000 + rounds * 1_000 },
  async () => {
    const random = randomOfThisRun("damaged databases");
    const before = holdings();
    const whole = join(folder, "whole.db");
    await fill(whole);
    for (let round = 1; round <= rounds; round++) {
      const file = join(folder, `${round}.db`);
      copyFileSync(whole, file);
      const what = `round ${round}, HOLDFAST_SEED=${random.seed}: ${damage(file, random)}`;
      await expectTruth(file).catch((cause: unknown) => {
        throw new Error(what, { cause });
      });
      rmSync(file);
    }
    await expectNoLeaks(before, { timeoutMs: 10_000 });
  },
);

async function fill(file: string): Promise<void> {
  await using store = await SqliteStore.open(file);
  await store.write([{ type: "session", record: buildSessionRecord() }]);
  for (let i = 0; i < executionCount; i++) {
    const execution = buildStoredExecution({ id: `e${i}` }, { code: codeOf(`e${i}`) });
    await store.write([{ type: "execution", execution }]);
  }
  expect((await store.executions("s", { limit: 1_000 })).records).toHaveLength(executionCount);
}

function codeOf(id: string): string {
  return `${id} `.repeat(300);
}

/** Does it, and says what. */
function damage(file: string, random: SeededRandom): string {
  const bytes = readFileSync(file);
  if (random.next() < 0.25) {
    const length = random.integer(0, bytes.length);
    truncateSync(file, length);
    return `cut to ${length}`;
  }
  const at = random.integer(0, bytes.length - 1);
  const length = Math.min(random.pick([1, 16, 4_096, 40_000]), bytes.length - at);
  random.bytes(length).copy(bytes, at);
  writeFileSync(file, bytes);
  return `${length} bytes at ${at}`;
}

async function expectTruth(file: string): Promise<void> {
  const bytes = readFileSync(file);
  try {
    await using store = await SqliteStore.open(file);
    const { records, damaged } = await store.executions("s", { limit: 1_000 });
    // A bit of the text itself may have fallen: SQLite keeps no sums of it. Nothing else may.
    expect(records.length + damaged.length).toBeLessThanOrEqual(executionCount);
    for (const { record, code } of records) expect(code.length).toBe(codeOf(record.id).length);
    await store.write([{ type: "session", record: buildSessionRecord({ id: "new" }) }]);
  } catch (error) {
    expect(HoldfastError.is(error) ? error.code : error).toMatch(/^store_(invalid|unavailable)$/);
    if (HoldfastError.is(error) && error.code === "store_invalid")
      expect(readFileSync(file).length).toBe(bytes.length);
  }
}
