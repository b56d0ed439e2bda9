import { expect, it } from "vitest";
import { machinePressure } from "./machine-pressure.ts";

const psi = (avg10: number, totalUs: number) =>
  `some avg10=${avg10.toFixed(2)} avg60=0.00 avg300=0.00 total=${totalUs}\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n`;

it("machinePressure() is the share of time since the last look in which something waited [R5.7]", () => {
  let [now, text] = [0, psi(25, 1_000_000)];
  const pressure = machinePressure({ read: () => text, now: () => now });
  expect(pressure()).toBe(0.25);
  [now, text] = [100, psi(25, 1_060_000)];
  expect(pressure()).toBeCloseTo(0.6);
  [now, text] = [105, psi(25, 1_065_000)];
  expect(pressure()).toBeCloseTo(0.6); // too soon to say
  [now, text] = [200, psi(25, 1_060_000)];
  expect(pressure()).toBe(0);
});

it("machinePressure() is 0 where the kernel does not tell", () => {
  const missing = machinePressure({
    read: () => {
      throw new Error("ENOENT");
    },
  });
  expect(missing()).toBe(0);
  expect(machinePressure({ read: () => "nonsense" })()).toBe(0);
});
