import { useRef, useState } from "preact/hooks";
import type { MimeView } from "./api.ts";

const imageTypes = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const tallestFrame = 600;

/** The richest form that can be shown without running anything of it. */
export function Rich({ mime }: { readonly mime: MimeView }) {
  const alt = mime["text/plain"] ?? "image";
  for (const type of imageTypes) {
    const data = mime[type];
    if (data !== undefined) return <img alt={alt} src={`data:${type};base64,${data}`} />;
  }
  // As an image it can neither run scripts nor load anything.
  const svg = mime["image/svg+xml"];
  if (svg !== undefined)
    return <img alt={alt} src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`} />;
  const html = mime["text/html"];
  if (html !== undefined) return <HtmlFrame html={html} />;
  const text = mime["text/markdown"] ?? mime["text/latex"] ?? mime["text/plain"];
  return text === undefined ? (
    <p class="note">{`output of type ${Object.keys(mime).join(", ")}`}</p>
  ) : (
    <pre class="result">{text}</pre>
  );
}

/**
 * HTML of the code's own, in a frame where no script runs. `allow-same-origin` lets the page measure what is in it, and
 * gives what is in it nothing: there is nothing in there that could act.
 */
function HtmlFrame({ html }: { readonly html: string }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [height, setHeight] = useState(60);
  const measure = () => {
    const root = frame.current?.contentDocument?.documentElement;
    if (root != null) setHeight(Math.min(tallestFrame, root.scrollHeight + 2));
  };
  return (
    <iframe
      ref={frame}
      title="HTML output"
      sandbox="allow-same-origin"
      srcdoc={`<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="/console/frame.css">${html}`}
      style={{ height: `${height}px` }}
      onLoad={measure}
    />
  );
}
