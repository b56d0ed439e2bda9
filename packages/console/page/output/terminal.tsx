import { useMemo } from "preact/hooks";
import { ansiSpans } from "./ansi.ts";

/** Text as a terminal shows it. */
export function Terminal(props: {
  readonly kind: "stdout" | "stderr";
  readonly text: string;
  readonly isCut: boolean;
}) {
  const { kind, text, isCut } = props;
  return (
    <>
      {isCut ? <p class="note">earlier output is not shown</p> : null}
      <pre class={kind}>
        <Ansi text={text.replace(/\n$/, "")} />
      </pre>
    </>
  );
}

/** Text with its colours. */
export function Ansi({ text }: { readonly text: string }) {
  const spans = useMemo(() => ansiSpans(text), [text]);
  return (
    <>
      {spans.map((span, index) =>
        span.style === "" ? (
          span.text
        ) : (
          <span key={index} style={span.style}>
            {span.text}
          </span>
        ),
      )}
    </>
  );
}
