import type { Output } from "../notebook/run-state.ts";
import { Failure } from "./failure.tsx";
import { Rich } from "./rich.tsx";
import { Terminal } from "./terminal.tsx";

/** One piece of output. */
export function Piece({ output }: { readonly output: Output }) {
  switch (output.kind) {
    case "rich":
      return <Rich mime={output.mime} />;
    case "note":
      return <p class="note">{output.text}</p>;
    case "result":
      return <pre class="result">{output.text}</pre>;
    case "error":
      return <Failure error={output.error} />;
    case "prompt":
      return (
        <pre class="stdout">
          {output.text}
          <span class="answer">{output.answer}</span>
        </pre>
      );
    case "stdout":
    case "stderr":
      return <Terminal {...output} />;
    default:
      return output satisfies never;
  }
}
