import { describe, expect, it } from "vitest";
import { type StatusRecord, StatusReader, parseRecord } from "./status-record.ts";

const traps = "trap -- '__holdfast_exit ' EXIT\n";

describe("parseRecord()", () => {
  it.each<[string, Partial<StatusRecord>]>([
    ["H 5.2.15(1)-release\n", { type: "H", subject: "5.2.15(1)-release" }],
    [`E Habc 3 ehuB\n${traps}`, { type: "E", subject: "Habc", status: 3, flags: "ehuB", traps }],
    ["R Habc 130 hB\n", { type: "R", subject: "Habc", status: 130 }],
    ["P Habc\n", { type: "P", subject: "Habc", status: 0, flags: "", traps: "" }],
    ["S s12\n", { type: "S", subject: "s12" }],
    ["B Habc", { type: "B", subject: "Habc" }],
  ])("reads %j", (text, wanted) => {
    expect(parseRecord(text)).toMatchObject(wanted);
  });

  it.each(["", "X Habc", "E Habc 1234 h", "E Habc 0 h extra", "e Habc 0 h", "\nE Habc 0 h"])(
    "takes %j for no record [F09]",
    (text) => expect(parseRecord(text)).toBeNull(),
  );
});

describe("StatusReader.read()", () => {
  it("joins records over any split of their bytes, with their order kept", () => {
    const bytes = Buffer.from(`B Hone\0E Hone 0 hB\n${traps}\0S s1\n\0`);
    for (let size = 1; size <= bytes.length; size++) {
      const reader = new StatusReader();
      const seen: string[] = [];
      for (let at = 0; at < bytes.length; at += size)
        reader.read(bytes.subarray(at, at + size), ({ type }) => seen.push(type));
      expect(seen).toEqual(["B", "E", "S"]);
      expect(reader.dropped).toBe(0);
    }
  });

  it("drops and counts what is none, and goes on [F09]", () => {
    const reader = new StatusReader();
    const seen: string[] = [];
    reader.read(Buffer.from("garbage\0\0E Hone 0 hB\n\0"), ({ subject }) => seen.push(subject));
    expect(seen).toEqual(["Hone"]);
    expect(reader.dropped).toBe(2);
  });

  it("joins characters over any split of their bytes", () => {
    const bytes = Buffer.from("E Hone 0 hB\ntrap -- 'é€😀' DEBUG\n\0");
    for (let size = 1; size <= bytes.length; size++) {
      const reader = new StatusReader();
      const seen: string[] = [];
      for (let at = 0; at < bytes.length; at += size)
        reader.read(bytes.subarray(at, at + size), (record) => seen.push(record.traps));
      expect(seen).toEqual(["trap -- 'é€😀' DEBUG\n"]);
    }
  });

  it("takes a record of megabytes, and says when one is longer than any may be [F10]", () => {
    const reader = new StatusReader();
    const seen: number[] = [];
    const read = (bytes: Buffer) => reader.read(bytes, ({ traps: text }) => seen.push(text.length));
    const megabyte = Buffer.alloc(1 << 20, "x");
    expect(read(Buffer.from("E Hone 0 hB\n"))).toBe(true);
    for (let i = 0; i < 4; i++) expect(read(megabyte)).toBe(true);
    expect(read(Buffer.from("\0"))).toBe(true);
    expect(seen).toEqual([4 << 20]);
    for (let i = 0; i < 16; i++) expect(read(megabyte)).toBe(true);
    expect(read(megabyte)).toBe(false);
  });
});
