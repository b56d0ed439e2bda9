/**
 * What peers reach for the same work, measured on 2 shared cores on 2026-11-20: Cloudflare sandbox container 0.12.7 and
 * Jupyter (ipykernel 6.17, jupyter_server 1.23). Constants: they are not installed here. Compare orders of magnitude.
 */
export const peers = {
  bashExecution: "Cloudflare 7.9-11.7 ms",
  pythonExecution: "Cloudflare 1.0-1.4 ms, Jupyter 3.1 ms",
  pythonStart: "Cloudflare 179 ms, Jupyter 632 ms",
  bashStart: "Cloudflare 10-17 ms",
  lines: "Jupyter 50 MB/s, Cloudflare 2.4-2.8 MB/s with losses",
  firstByte: "Cloudflare 110 ms, Jupyter 202 ms",
  manySessions: "Cloudflare 210-318 per s, Jupyter 208 per s",
  idlePython: "Cloudflare 37-39 MB, Jupyter 53 MB",
  interruptLoop: "Jupyter 7.7 ms",
  interruptAwait: "Jupyter waits the 6 s out",
} as const;
