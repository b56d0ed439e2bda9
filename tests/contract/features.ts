import type { Feature } from "@holdfast/core";

/** What is declared of bash, of CPython and of JavaScript: apart from what they say themselves, so that a feature that is lost is found. */
export const bashFeatures: readonly Feature[] = [
  "stdin",
  "input",
  "background",
  "interrupt",
  "checkpoint",
  "fork",
  "namespace",
  "changes",
];

export const pythonFeatures: readonly Feature[] = [
  "stdin",
  "input",
  "results",
  "displays",
  "interrupt",
  "fork",
  "checkpoint",
  "namespace",
  "changes",
  "completion",
];

export const javascriptFeatures: readonly Feature[] = [
  "stdin",
  "input",
  "results",
  "displays",
  "interrupt",
  "checkpoint",
  "namespace",
  "changes",
  "completion",
];
