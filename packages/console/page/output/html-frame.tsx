import { useRef, useState } from "preact/hooks";
import { theme } from "../parts/theme.ts";

const tallestFrame = 600;
const leastHeight = 24;

// Nothing from anywhere, whatever the page itself may load.
const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:";

const style = `
:root{color-scheme:light;--ink:#1d2422;--line:#e2e6e3;--quiet:#5f6b67;--hover:#f3f5f3}
:root[data-theme=dark]{color-scheme:dark;--ink:#dfe6e2;--line:#2c3532;--quiet:#93a19b;--hover:#1f2624}
html{background:transparent}
body{margin:0;color:var(--ink);font:13px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
table{border-collapse:collapse;border:0;font-variant-numeric:tabular-nums}
th,td{border:0;border-bottom:1px solid var(--line);padding:4px 12px;text-align:right;white-space:nowrap}
thead th{color:var(--quiet);font-weight:600}
tbody tr:hover{background:var(--hover)}
pre,code{font-family:ui-monospace,monospace}
img,svg{max-width:100%}`;

/**
 * HTML of the code's own, in a frame where no script runs. `allow-same-origin` lets the page measure what is in it, and
 * gives what is in it nothing: there is nothing in there that could act.
 */
export function HtmlFrame({ html }: { readonly html: string }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [height, setHeight] = useState(leastHeight);
  const measure = () => {
    const body = frame.current?.contentDocument?.body;
    if (body != null) setHeight(Math.min(tallestFrame, Math.ceil(body.scrollHeight) + 2));
  };
  return (
    <iframe
      ref={frame}
      title="HTML output"
      sandbox="allow-same-origin"
      srcdoc={`<!doctype html><html lang="en" data-theme="${theme.value}"><meta charset="utf-8"><meta http-equiv="content-security-policy" content="${policy}"><title>HTML output</title><style>${style}</style><body>${html}`}
      style={{ height: `${height}px` }}
      onLoad={measure}
    />
  );
}
