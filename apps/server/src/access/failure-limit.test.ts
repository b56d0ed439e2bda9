import { HoldfastError } from "@holdfast/core";
import { expect, it } from "vitest";
import { FailureLimit } from "./failure-limit.ts";
import { Tenant } from "./tenant.ts";

const tenant = () => new Tenant({ name: "a", scopes: ["read"] });

function isRefused(limit: FailureLimit, address: string | null, by: Tenant | null): boolean {
  try {
    limit.check(address, by);
    return false;
  } catch (error) {
    if (HoldfastError.is(error) && error.code === "rate_limited") return true;
    throw error;
  }
}

it("FailureLimit.check() refuses wrong tokens past the limit, and a right one too, which would be told from them [A50]", () => {
  const limit = new FailureLimit(2);
  const guesses = [null, null, null, tenant()];
  expect(guesses.map((one) => isRefused(limit, "10.0.0.1", one))).toEqual([
    false,
    false,
    true,
    true,
  ]);
});

it("FailureLimit.check() lets others on: of other addresses, and who was there before", () => {
  const limit = new FailureLimit(1);
  const known = tenant();
  for (const one of [known, null, null]) isRefused(limit, "10.0.0.1", one);
  expect(isRefused(limit, "10.0.0.1", null)).toBe(true);
  expect(isRefused(limit, "10.0.0.1", known)).toBe(false);
  expect(isRefused(limit, "10.0.0.2", tenant())).toBe(false);
});

it.each([
  ["2001:db8:1:2:3::1", "2001:db8:1:2:ffff::2", true],
  ["2001:db8:1:2::1", "2001:db8:1:3::1", false],
  ["2001:db8::1", "2001:db8:0:0:1::1", true],
  ["::ffff:10.0.0.1", "::ffff:10.0.0.2", false],
])("FailureLimit.check() takes %s and %s for one network: %s", (first, second, isOne) => {
  const limit = new FailureLimit(1);
  isRefused(limit, first, null);
  expect(isRefused(limit, second, null)).toBe(isOne);
});

it("FailureLimit.check() without a limit refuses nobody", () => {
  const limit = new FailureLimit(null);
  for (let i = 0; i < 1_000; i++) expect(isRefused(limit, null, null)).toBe(false);
});
