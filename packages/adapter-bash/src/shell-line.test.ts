import { describe, expect, it } from "vitest";
import { type ShellLine, command, shellLine, userTraps } from "./shell-line.ts";

const ours =
  "trap -- '__holdfast_exit \"$?\"' EXIT\ntrap -- '__holdfast_interrupt \"$_\"' SIGRTMAX\n";

function fields(line: Partial<ShellLine>) {
  const files: Record<string, string> = {};
  const text = shellLine(
    {
      nonce: "0123456789ab",
      code: ":",
      pair: "o1",
      stdin: "",
      isLive: false,
      flags: "hB",
      traps: ours,
      ...line,
    },
    (name, content) => {
      files[name] = content;
      return `/w/${name}`;
    },
  );
  const lines = text.split("\0").slice(0, -1);
  return {
    commands: lines.slice(0, -1),
    fields: (lines.at(-1) ?? "").split("\x1f"),
    files,
    length: text.length,
  };
}

describe("shellLine()", () => {
  it("has the nonce first and the code last, ended by a newline that is ours", () => {
    expect(fields({ code: "echo a\necho b" }).fields).toEqual([
      "H0123456789ab",
      "o1",
      "",
      "",
      "",
      "t",
      "",
      "echo a\necho b\n",
    ]);
  });

  it("stays short where code and traps are long: they go by files", () => {
    const long = ": ".padEnd(100_000, "y");
    const debug = `trap -- '${long}' DEBUG`;
    const got = fields({ traps: `trap -- '${long}' EXIT\n${debug}\n` });
    expect(got.length).toBeLessThan(500);
    expect(got.files).toEqual({ wrap: `__holdfast_wrap '${long}'`, code: `${debug}; :` });
    expect(got.fields.slice(6)).toEqual(["/w/code", "\n"]);
    expect(fields({ code: long }).files).toEqual({ code: long });
  });

  it.each([
    ["echo x", "t"],
    ["cat <<E\nx\nE", ""],
    ["echo x \\", ""],
    ["set -x; echo x", "x"],
    ["trap 'echo d' DEBUG", "d"],
  ])("%j gets the tail %j", (code, tail) => expect(fields({ code }).fields[5]).toBe(tail));

  it("says whether the code may exit of itself", () => {
    expect(fields({ code: "exit 3" }).fields[4]).toBe("1");
    expect(fields({ code: "echo exits" }).fields[4]).toBe("");
  });

  it("turns tracing and a DEBUG trap on for the code alone", () => {
    const { fields: got } = fields({ flags: "hxvB", traps: `${ours}trap -- 'echo d' DEBUG\n` });
    expect(got[5]).toBe("d");
    expect(got[7]).toBe("trap -- 'echo d' DEBUG; set -xv; :\n");
  });

  it("puts our traps back where the user's code has replaced or removed them", () => {
    const { commands } = fields({ traps: "trap -- 'echo bye' EXIT\n" });
    expect(commands).toEqual([
      command("__holdfast_wrap 'echo bye'").slice(0, -1),
      command("__holdfast_wrap_interrupt").slice(0, -1),
    ]);
    expect(fields({}).commands).toEqual([]);
  });
});

describe("userTraps()", () => {
  it("tells ours from the user's, quotes and lines in them included", () => {
    expect(userTraps(ours)).toEqual({ exit: null, debug: null, isInterruptible: true });
    expect(userTraps("trap -- 'echo '\\''a'\\''\nb' EXIT\ntrap -- 'x' SIGRTMAX\n")).toEqual({
      exit: "'echo '\\''a'\\''\nb'",
      debug: null,
      isInterruptible: false,
    });
    expect(userTraps("")).toEqual({ exit: "''", debug: null, isInterruptible: false });
  });
});
