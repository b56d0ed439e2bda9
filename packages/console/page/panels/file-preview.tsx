import { useEffect, useState } from "preact/hooks";
import { attempt } from "../parts/notices.ts";
import { imageTypeOf, pathIn, textOf } from "./file-paths.ts";
import { type DirectoryView, type FileView, readFile } from "./files-store.ts";

// More of a text than this nobody reads in a panel; images are whole or nothing.
const mostTextBytes = 200_000;
const mostImageBytes = 20_000_000;

type Preview =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "image"; readonly url: string }
  | { readonly kind: "none"; readonly why: string };

/** What is in a file, where it is text or an image. */
export function FilePreview(props: { readonly directory: DirectoryView; readonly file: FileView }) {
  const { directory, file } = props;
  const [preview, setPreview] = useState<Preview | null>(null);
  useEffect(() => {
    let url: string | null = null;
    void attempt(async () => {
      const read = await previewOf(directory, file);
      url = read.kind === "image" ? read.url : null;
      setPreview(read);
    });
    return () => {
      if (url !== null) URL.revokeObjectURL(url);
    };
  }, [directory.path, file.name]);
  switch (preview?.kind) {
    case undefined:
      return null;
    case "text":
      return (
        <div class="view">
          {file.sizeBytes > mostTextBytes ? <p class="note">Only its beginning is shown.</p> : null}
          <pre tabIndex={0} aria-label={`Text of ${file.name}`}>
            {preview.text}
          </pre>
        </div>
      );
    case "image":
      return (
        <div class="view">
          <img src={preview.url} alt={file.name} />
        </div>
      );
    case "none":
      return <p class="note">{preview.why}</p>;
    default:
      return preview satisfies never;
  }
}

async function previewOf(directory: DirectoryView, file: FileView): Promise<Preview> {
  const { sessionId, path } = directory;
  const type = imageTypeOf(file.name);
  if (type !== null && file.sizeBytes <= mostImageBytes) {
    const blob = await readFile(sessionId, pathIn(path, file.name));
    // As an image it can neither run scripts nor load anything.
    return { kind: "image", url: URL.createObjectURL(new Blob([blob], { type })) };
  }
  if (file.sizeBytes === 0) return { kind: "none", why: "The file is empty." };
  const blob = await readFile(sessionId, pathIn(path, file.name), mostTextBytes);
  const bytes = new Uint8Array(await blob.arrayBuffer());
  // Cut within a character, it is no text to its last byte.
  const text =
    textOf(bytes) ?? (bytes.length === mostTextBytes ? textOf(bytes.subarray(0, -3)) : null);
  return text === null
    ? { kind: "none", why: "It is neither text nor an image." }
    : { kind: "text", text };
}
