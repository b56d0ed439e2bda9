import type { ErrorView } from "../http/views.ts";
import { Ansi } from "./terminal.tsx";

/** What was raised: what and where at once, the traceback when it is asked for. */
export function Failure({ error }: { readonly error: ErrorView }) {
  const { name, message, traceback, text } = error;
  const place = traceback.findLast(({ file }) => file.startsWith("<cell")) ?? traceback.at(-1);
  return (
    <div class="failure">
      <p class="stderr">
        <strong>{name}</strong>
        {message === "" ? null : `: ${message}`}
      </p>
      {place === undefined || place.source === "" ? null : (
        <pre class="place">
          <span class="where">{`${place.file}:${place.line}`}</span>
          {place.source.trim()}
        </pre>
      )}
      {text.trim() === "" ? null : (
        <details>
          <summary>Traceback</summary>
          <pre>
            <Ansi text={text.trimEnd()} />
          </pre>
        </details>
      )}
    </div>
  );
}
