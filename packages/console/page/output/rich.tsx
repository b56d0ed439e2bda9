import type { MimeView } from "../http/views.ts";
import { HtmlFrame } from "./html-frame.tsx";
import { JsonTree } from "./json-tree.tsx";

const imageTypes = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/** The richest form that can be shown without running anything of it. */
export function Rich({ mime }: { readonly mime: MimeView }) {
  const alt = mime["text/plain"] ?? "image";
  for (const type of imageTypes) {
    const data = mime[type];
    if (data !== undefined)
      return <img alt={alt} src={`data:${type};base64,${data.replace(/\s/g, "")}`} />;
  }
  // As an image it can neither run scripts nor load anything.
  const svg = mime["image/svg+xml"];
  if (svg !== undefined)
    return <img alt={alt} src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`} />;
  const html = mime["text/html"];
  if (html !== undefined) return <HtmlFrame html={html} />;
  const json = parsed(mime["application/json"]);
  if (json !== undefined) return <JsonTree value={json} />;
  const text = mime["text/markdown"] ?? mime["text/latex"] ?? mime["text/plain"];
  return text === undefined ? (
    <p class="note">{`output of type ${Object.keys(mime).join(", ")}`}</p>
  ) : (
    <pre class="result">{text}</pre>
  );
}

function parsed(json: string | undefined): unknown {
  if (json === undefined) return undefined;
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}
