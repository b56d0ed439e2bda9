import { expect, it } from "vitest";
import {
  type MachinePressure,
  cpuPressure,
  readMachinePressure,
  parsePressure,
} from "./machine-pressure.ts";

const idle: MachinePressure = {
  cpu: null,
  memory: null,
  io: null,
  loadAverage: [1, 1, 1],
  processors: 2,
  memoryTotalBytes: 2,
  memoryAvailableBytes: 1,
};

it("parsePressure() reads what the kernel writes, as shares [R5.7]", () => {
  const text =
    "some avg10=12.50 avg60=3.00 avg300=0.10 total=123\nfull avg10=1.00 avg60=0.50 avg300=0.00 total=4\n";
  expect(parsePressure(text)).toEqual({ some10: 0.125, some60: 0.03, full10: 0.01, full60: 0.005 });
});

it("parsePressure() takes a file without `full`, as older kernels have it, and no other", () => {
  expect(parsePressure("some avg10=1.00 avg60=2.00 avg300=0.00 total=1\n")).toEqual({
    some10: 0.01,
    some60: 0.02,
    full10: 0,
    full60: 0,
  });
  expect(parsePressure("")).toBeNull();
  expect(parsePressure("some avg10=x\n")).toBeNull();
});

it("cpuPressure() is the kernel's figure, else how far the load passes the processors [S1-59]", () => {
  const cpu = { some10: 0.4, some60: 0, full10: 0, full60: 0 };
  expect(cpuPressure({ ...idle, cpu })).toBe(0.4);
  expect(cpuPressure(idle)).toBe(0);
  expect(cpuPressure({ ...idle, loadAverage: [8, 1, 1] })).toBe(0.75);
});

it("readMachinePressure() tells of this machine [R5.7]", () => {
  const machine = readMachinePressure();
  expect(machine.processors).toBeGreaterThanOrEqual(1);
  expect(machine.memoryAvailableBytes).toBeGreaterThan(0);
  expect(machine.memoryAvailableBytes).toBeLessThanOrEqual(machine.memoryTotalBytes);
  for (const one of [machine.cpu, machine.memory, machine.io]) {
    if (one === null) continue;
    for (const share of Object.values(one)) {
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThanOrEqual(1);
    }
  }
});
