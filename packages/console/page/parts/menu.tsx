import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Icon, type IconName } from "./icon.tsx";

/** One thing that can be chosen. */
export interface MenuItem {
  readonly label: string;
  readonly hint?: string;
  readonly isDanger?: boolean;
  readonly isDisabled?: boolean;
  readonly onChoose: () => void;
}

/** A button that opens a list of things to do: arrows move, Escape closes. */
export function Menu(props: {
  readonly label: string;
  readonly icon: IconName;
  readonly items: readonly MenuItem[];
}) {
  const { label, icon, items } = props;
  const [isOpen, open] = useState(false);
  const list = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  // Before the next key, which is for the list then.
  useLayoutEffect(() => {
    if (!isOpen) return undefined;
    buttons(list.current)[0]?.focus();
    const leave = (event: Event) => {
      const target = event.target as Node;
      if (list.current?.contains(target) !== true && button.current?.contains(target) !== true)
        open(false);
    };
    document.addEventListener("pointerdown", leave);
    return () => document.removeEventListener("pointerdown", leave);
  }, [isOpen]);
  const close = () => {
    open(false);
    button.current?.focus();
  };
  const press = (event: KeyboardEvent) => {
    const all = buttons(list.current);
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (event.key === "Escape") close();
    else if (event.key === "Tab") open(false);
    else if (step !== undefined) all[(at + step + all.length) % all.length]?.focus();
    else return;
    event.stopPropagation();
    if (event.key !== "Tab") event.preventDefault();
  };
  return (
    <div class="menu">
      <button
        ref={button}
        class="ghost"
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-label={label}
        title={label}
        aria-controls={isOpen ? id : undefined}
        onClick={() => open(!isOpen)}
      >
        <Icon name={icon} />
      </button>
      {isOpen ? (
        <div id={id} ref={list} role="menu" aria-label={label} onKeyDown={press}>
          {items.map(({ label: text, hint, isDanger, isDisabled, onChoose }) => (
            <button
              key={text}
              role="menuitem"
              class={isDanger === true ? "bad" : ""}
              disabled={isDisabled === true}
              onClick={() => {
                close();
                onChoose();
              }}
            >
              <span>{text}</span>
              {hint === undefined ? null : <small>{hint}</small>}
            </button>
          ))}
        </div>
      ) : null}
    </div>
  );
}

function buttons(list: HTMLElement | null): HTMLButtonElement[] {
  return [...(list?.querySelectorAll<HTMLButtonElement>("button:not(:disabled)") ?? [])];
}
