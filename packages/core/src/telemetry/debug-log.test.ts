import { expect, it } from "vitest";
import { debug, debugComponents, enableDebug } from "./debug-log.ts";

const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;

it("debug has no log that was not switched on, so that fields are not even made [R5.6] [S1-56]", () => {
  expect(debug.session).toBeUndefined();
  const made = () => {
    throw new Error("made");
  };
  expect(debug.session?.("what", made())).toBeUndefined();
});

it("enableDebug() writes lines of the wanted components alone, until it is switched off [R5.6]", () => {
  const lines: string[] = [];
  const off = enableDebug({ components: "session, worker", write: (line) => lines.push(line) });
  debug.session?.("one", {
    id: "a",
    count: 3,
    ratio: 1 / 3,
    isOn: true,
    none: null,
    not: undefined,
  });
  debug.host?.("other");
  debug.worker?.("two");
  off();
  debug.session?.("three");
  expect(lines).toEqual([
    expect.stringMatching(
      new RegExp(`^${time} holdfast:session one id=a count=3 ratio=0.333 isOn=true none=null\n$`),
    ),
    expect.stringMatching(new RegExp(`^${time} holdfast:worker two\n$`)),
  ]);
});

it("`*` is every component, and two who listen both hear", () => {
  const lines: string[] = [];
  const offs = [
    enableDebug({ write: (line) => lines.push(line) }),
    enableDebug({ components: "host", write: (line) => lines.push(line) }),
  ];
  for (const component of debugComponents) debug[component]?.("here");
  for (const off of offs) off();
  expect(lines).toHaveLength(debugComponents.length + 1);
});

it("a value cannot make a line of its own, or a long one", () => {
  const lines: string[] = [];
  const off = enableDebug({ write: (line) => lines.push(line) });
  debug.session?.("x", { a: "b\n2026 holdfast:session forged=1", c: "z".repeat(1_000) });
  off();
  expect(lines[0]?.trimEnd()).not.toContain("\n");
  expect(lines[0]).toContain(String.raw`a="b\n2026 holdfast:session forged=1"`);
  expect(lines[0]?.length).toBeLessThan(400);
});

it("enableDebug() refuses a component that there is not, and names those that there are", () => {
  expect(() => enableDebug({ components: "session,wroker" })).toThrow(
    /"wroker", allowed host, session, .*\*/,
  );
});

it("a writer that throws stops nothing, nor the other writers [F49]", () => {
  const lines: string[] = [];
  const offs = [
    enableDebug({
      write: () => {
        throw new Error("disk full");
      },
    }),
    enableDebug({ write: (line) => lines.push(line) }),
  ];
  debug.session?.("on");
  for (const off of offs) off();
  expect(lines).toHaveLength(1);
});
