import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";

/** A question in a box of its own. */
export function Dialog(props: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}) {
  const { title, onClose, children } = props;
  const box = useRef<HTMLDialogElement>(null);
  const label = useId();
  const close = useRef(onClose);
  close.current = onClose;
  useLayoutEffect(() => {
    const dialog = box.current;
    const closed = () => close.current();
    // The browser keeps the focus inside, and gives it back.
    dialog?.showModal();
    dialog?.addEventListener("close", closed);
    return () => {
      // It is told later, and would then be taken for the end of the next one.
      dialog?.removeEventListener("close", closed);
      dialog?.close();
    };
  }, []);
  return (
    <dialog
      ref={box}
      aria-labelledby={label}
      onCancel={(event) => {
        // Over at once: a key that is pressed between the end of a dialog and its event asks for the next one.
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
    >
      <div class="dialog">
        <h2 id={label}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}

interface Question {
  readonly title: string;
  readonly text: string;
  readonly action: string;
  readonly answer: (isYes: boolean) => void;
}

const question = signal<Question | null>(null);

/** Asks before something that cannot be undone. */
export function confirm(title: string, text: string, action: string): Promise<boolean> {
  return new Promise((resolve) => {
    question.value = {
      title,
      text,
      action,
      answer: (isYes) => {
        question.value = null;
        resolve(isYes);
      },
    };
  });
}

/** Where {@link confirm} asks. */
export function Confirmation() {
  const asked = question.value;
  if (asked === null) return null;
  const { title, text, action, answer } = asked;
  return (
    <Dialog title={title} onClose={() => answer(false)}>
      <p>{text}</p>
      <div class="actions">
        <button onClick={() => answer(false)}>Cancel</button>
        <button class="danger" autofocus onClick={() => answer(true)}>
          {action}
        </button>
      </div>
    </Dialog>
  );
}
