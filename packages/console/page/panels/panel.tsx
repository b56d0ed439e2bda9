import type { ComponentChildren } from "preact";
import { Icon } from "../parts/icon.tsx";
import { panel } from "../workspace.ts";

/** A column beside the notebook, or in front of it where there is no room. */
export function Panel(props: {
  readonly title: string;
  readonly tools?: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  const { title, tools, children } = props;
  return (
    <section class="panel" aria-label={title}>
      <header>
        <h2>{title}</h2>
        {tools}
        <button
          class="ghost"
          aria-label={`Close ${title.toLowerCase()}`}
          onClick={() => (panel.value = null)}
        >
          <Icon name="close" />
        </button>
      </header>
      <div class="body">{children}</div>
    </section>
  );
}
