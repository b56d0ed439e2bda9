/** The name, and its mark: a rope made fast. */
export function Brand() {
  return (
    <span class="brand">
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <rect width="24" height="24" rx="6" fill="var(--accent)" />
        <path
          d="M7.5 6v12M16.5 6v12M7.5 12h9"
          fill="none"
          stroke="var(--on-accent)"
          stroke-width="2.4"
          stroke-linecap="round"
        />
      </svg>
      Holdfast
    </span>
  );
}
