/** What code of an interrupted execution gets where it would go on. Nobody is told of it. */
export const stoppedError = Object.assign(new Error("the execution was interrupted"), {
  name: "Interrupted",
  stack: "Interrupted: the execution was interrupted",
});
