import { closeSync, openSync } from "node:fs";

/**
 * Makes sure that so many can be opened: a start that runs out of them halfway leaves some open in Node, or waits for a
 * connection that cannot be accepted. @throws the system's error
 */
export function expectDescriptors(count: number): void {
  const opened: number[] = [];
  try {
    while (opened.length < count) opened.push(openSync("/dev/null", "r"));
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
}
