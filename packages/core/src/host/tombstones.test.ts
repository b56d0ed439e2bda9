import { expect, it } from "vitest";
import { Tombstones } from "./tombstones.ts";

it("Tombstones.find() tells why a session is gone, for as long as that is kept [D39]", () => {
  const stones = new Tombstones(100);
  stones.add("a", { reason: "closed", at: 0, owner: null });
  stones.add("b", { reason: "expired", at: 50, owner: null });
  expect([stones.find("a", 99), stones.find("b", 99)]).toEqual(["closed", "expired"]);
  expect([stones.find("a", 100), stones.find("b", 149)]).toEqual([null, "expired"]);
  expect(stones.find("never", 0)).toBeNull();
});

it("Tombstones.add() takes the last reason and the last time of an id [D39]", () => {
  const stones = new Tombstones(100);
  stones.add("a", { reason: "expired", at: 0, owner: null });
  stones.add("a", { reason: "closed", at: 90, owner: null });
  expect(stones.find("a", 150)).toBe("closed");
});

it("Tombstones.delete() forgets an id that is used again", () => {
  const stones = new Tombstones(100);
  stones.add("a", { reason: "closed", at: 0, owner: null });
  stones.delete("a");
  expect(stones.find("a", 0)).toBeNull();
});

it("Tombstones keeps none with a time of 0, and at most 100,000, the oldest going first [D31]", () => {
  const none = new Tombstones(0);
  none.add("a", { reason: "closed", at: 5, owner: null });
  expect(none.find("a", 5)).toBeNull();
  const stones = new Tombstones(1_000);
  for (let i = 0; i <= 100_000; i++) stones.add(`s${i}`, { reason: "closed", at: 0, owner: null });
  expect([stones.find("s0", 0), stones.find("s1", 0)]).toEqual([null, "closed"]);
});

it("Tombstones.find() tells an owner of what was theirs only [A64]", () => {
  const stones = new Tombstones(100);
  stones.add("a", { reason: "closed", at: 0, owner: "one" });
  const asked = [{}, { owner: "one" }, { owner: "two" }, { owner: null }];
  expect(asked.map((access) => stones.find("a", 0, access))).toEqual([
    "closed",
    "closed",
    null,
    null,
  ]);
});
