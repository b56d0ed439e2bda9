import { describe, expect, it } from "vitest";
import { firstCursor } from "./cursor.ts";
import { EndsWindow, PageWindow } from "./output-window.ts";

describe("EndsWindow", () => {
  it("shows everything up to its length", () => {
    const window = new EndsWindow(firstCursor, 10);
    window.add(2, "01234", 0);
    window.add(3, "56789", 0);
    expect(window.text).toBe("0123456789");
    expect(window.omitted).toBeNull();
    expect(window.cursor).toEqual({ seq: 3, skip: 0 });
  });

  it.each([
    ["in the first event", ["0123456789abcdef"], { seq: 1, skip: 5 }],
    ["in a later event", ["012", "3456789abcdef"], { seq: 2, skip: 2 }],
    ["between two events", ["01234", "56789abcdef"], { seq: 2, skip: 0 }],
  ] as const)("tells where what it leaves out begins: %s", (_where, events, cursor) => {
    const window = new EndsWindow(firstCursor, 10);
    for (const [index, text] of events.entries()) window.add(index + 2, text, 0);
    expect(window.text).toBe("01234\n[… 6 characters left out …]\nbcdef");
    expect(window.omitted).toEqual({ characters: 6, cursor });
  });

  it("counts what was skipped of the event that it begins in", () => {
    const window = new EndsWindow({ seq: 4, skip: 100 }, 4);
    window.add(5, "abcdefgh", 100);
    expect(window.omitted).toEqual({ characters: 4, cursor: { seq: 4, skip: 102 } });
  });
});

describe("PageWindow", () => {
  it("pages join to the whole, also where a page ends within an event", () => {
    const events = ["one\n", "", "a longer line\n", "end"];
    let cursor = firstCursor;
    let read = "";
    for (let pages = 0; pages < 10; pages++) {
      const window = new PageWindow(cursor, 5);
      for (const [index, text] of events.entries()) {
        const seq = index + 1;
        if (seq <= cursor.seq) continue;
        const skipped = seq === cursor.seq + 1 ? cursor.skip : 0;
        if (!window.add(seq, text.slice(skipped), skipped)) break;
      }
      ({ cursor } = window);
      read += window.text;
    }
    expect(read).toBe(events.join(""));
    expect(cursor).toEqual({ seq: 4, skip: 0 });
  });

  it("does not cut a character in two", () => {
    const window = new PageWindow(firstCursor, 2);
    expect(window.add(1, "a😀b", 0)).toBe(false);
    expect(window.text).toBe("a");
    expect(window.cursor).toEqual({ seq: 0, skip: 1 });
  });
});
