/** A defect to put in by hand, and the tests that must notice. */
export interface Mutation {
  /** What is broken, as a sentence. */
  readonly what: string;
  readonly file: string;
  /** Stands in the file once. */
  readonly find: string;
  readonly replace: string;
  /** Path filters of the tests that are run; one of these tests has to fail. */
  readonly tests: readonly string[];
}

/** Ten ways to break core, the adapters and the server, each of which a suite has to notice: `npm run mutations`. */
export const mutations: readonly Mutation[] = [
  {
    what: "A frame of any size is taken",
    file: "packages/core/src/framing/frame-decoder.ts",
    find: "if (length > this.#maxFrameBytes) {",
    replace: "if (length > this.#maxFrameBytes + 1) {",
    tests: ["packages/core/src/framing"],
  },
  {
    what: "Output pipes that something still holds are used for the next execution",
    file: "packages/core/src/worker/output-pipes.ts",
    find: "return out === true || err === true;",
    replace: "return out === true && err === true && this.#ends.length === 0;",
    tests: ["tests/contract/bash.test.ts"],
  },
  {
    what: "Those who wait for a session are served in any order",
    file: "packages/core/src/pool/pool-transition.ts",
    find: "draft.waiters.push(request);",
    replace: "draft.waiters.unshift(request);",
    tests: ["packages/core/src/pool"],
  },
  {
    what: "A checkpoint is believed whoever has signed it",
    file: "packages/core/src/checkpoint/seal-tags.ts",
    find: "return received.length === expected.length && timingSafeEqual(received, expected);",
    replace: "return received.length === expected.length || timingSafeEqual(received, expected);",
    tests: ["tests/checkpoint"],
  },
  {
    what: "A gap in the events is passed over in silence",
    file: "packages/core/src/session/event-log.ts",
    find: "if (entry.seq > wanted) return this.#gap(reader, entry.seq - 1);",
    replace: "if (entry.seq > wanted) reader.position = entry.seq - 1;",
    tests: ["packages/core/src/session"],
  },
  {
    what: "A session is handed to whoever knows its id",
    file: "packages/core/src/host/host.ts",
    find: "if (entry !== undefined && owner === entry.owner) return entry;",
    replace: "if (entry !== undefined && owner !== undefined) return entry;",
    tests: ["tests/host"],
  },
  {
    what: "Variables of one execution stay in a bash",
    file: "packages/adapter-bash/src/bash-worker.ts",
    find: 'if (foreground.after !== "") this.#send',
    replace: 'if (foreground.after === "never") this.#send',
    tests: ["tests/contract/bash.test.ts"],
  },
  {
    what: "What a worker has started outlives it",
    file: "packages/core/guard/guard.pl",
    find: "        kill 9, @left;\n        my $pid = waitpid",
    replace: "        kill 9, $main;\n        last;\n        my $pid = waitpid",
    tests: ["tests/contract/bash.test.ts"],
  },
  {
    what: "Variables of one execution stay in a Python",
    file: "packages/adapter-python/worker/holdfast_worker/main.py",
    find: "for name, value in self._replaced.items():",
    replace: "for name, value in ():",
    tests: ["tests/contract/python.test.ts"],
  },
  {
    what: "NaN is sent as a plain number",
    file: "packages/adapter-python/worker/holdfast_worker/values.py",
    find: 'return {"$type": "float", "value": "nan"}',
    replace: "return n",
    tests: ["tests/python/session.test.ts"],
  },
];
