import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** A question of the code's, to be answered in its cell. */
export function Ask(props: {
  readonly prompt: string;
  readonly isPassword: boolean;
  readonly onAnswer: (data: string) => void;
}) {
  const { prompt, isPassword, onAnswer } = props;
  const [text, setText] = useState("");
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => input.current?.focus(), []);
  const answer = (event: Event) => {
    event.preventDefault();
    onAnswer(text);
  };
  return (
    <form class="ask" onSubmit={answer}>
      <label>
        <span>{prompt.trim() === "" ? "Input" : prompt}</span>
        <input
          ref={input}
          {...(isPassword ? { type: "password" as const } : {})}
          autocomplete="off"
          spellcheck={false}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <button class="primary">Send</button>
    </form>
  );
}

/** Lines for the standard input of what runs; Ctrl+D ends it. */
export function StandardInput({
  onFeed,
}: {
  readonly onFeed: (data: string, isEnd: boolean) => void;
}) {
  const [text, setText] = useState("");
  const send = (event: Event) => {
    event.preventDefault();
    onFeed(`${text}\n`, false);
    setText("");
  };
  return (
    <form class="ask" onSubmit={send}>
      <label>
        <span>stdin</span>
        <input
          autocomplete="off"
          spellcheck={false}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "d" || !event.ctrlKey) return;
            event.preventDefault();
            onFeed(text, true);
          }}
        />
      </label>
      <button>Send line</button>
      <button type="button" class="ghost" title="Ctrl+D" onClick={() => onFeed(text, true)}>
        End
      </button>
    </form>
  );
}
