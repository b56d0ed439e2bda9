/** Output arrives faster than a screen shows: calls within a frame become one, at its end. */
export function onceAFrame(work: () => void): () => void {
  let isScheduled = false;
  const run = () => {
    isScheduled = false;
    work();
  };
  return () => {
    if (isScheduled) return;
    isScheduled = true;
    // A page that is not seen has no frames.
    if (document.visibilityState === "visible") requestAnimationFrame(run);
    else setTimeout(run, 100);
  };
}
