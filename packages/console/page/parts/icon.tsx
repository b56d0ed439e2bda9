const paths = {
  add: "M8 3v10M3 8h10",
  run: "M5 3.2v9.6l7.6-4.8z",
  stop: "M4.5 4.5h7v7h-7z",
  up: "M8 13V3.5M4 7l4-4 4 4",
  down: "M8 3v9.5M4 9l4 4 4-4",
  trash: "M3 4.5h10M6.5 4V2.8h3V4M4.4 4.5l.6 8.7h6l.6-8.7M6.8 7v4M9.2 7v4",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  menu: "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
  close: "M4 4l8 8M12 4l-8 8",
  fork: "M4.5 5.5v5M4.5 5.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM4.5 13.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM11.5 6.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM11.5 6.5c0 2.6-4.6 1.9-6.6 4",
  restart: "M12.8 8a4.8 4.8 0 1 1-1.5-3.5M12.9 2.4v2.8h-2.8",
  variables: "M5.5 3C3 3 5 8 2.6 8 5 8 3 13 5.5 13M10.5 3c2.5 0 .5 5 2.9 5-2.4 0-.4 5-2.9 5",
  checkpoints: "M8 4.6V8l2.3 1.6M14 8A6 6 0 1 1 8 2a6 6 0 0 1 6 6z",
  files: "M2.5 12.5v-9h4l1.4 1.8h5.6v7.2z",
  file: "M4 2.5h5l3 3v8H4zM8.8 2.6v3h3",
  upload: "M8 10.5V3M5 5.8 8 2.8l3 3M3 11v2.2h10V11",
  download: "M8 2.8v7.5M5 7.5l3 3 3-3M3 11v2.2h10V11",
  sun: "M8 5.2A2.8 2.8 0 1 1 5.2 8 2.8 2.8 0 0 1 8 5.2zM8 1.6v1.2M8 13.2v1.2M1.6 8h1.2M13.2 8h1.2M3.5 3.5l.9.9M11.6 11.6l.9.9M3.5 12.5l.9-.9M11.6 4.4l.9-.9",
  moon: "M13 9.6A5.6 5.6 0 0 1 6.4 3a5.6 5.6 0 1 0 6.6 6.6z",
  search: "M7 11.5A4.5 4.5 0 1 0 7 2.5a4.5 4.5 0 0 0 0 9zM10.4 10.4l3 3",
  chevron: "M6 4l4 4-4 4",
  back: "M10 4 6 8l4 4",
} as const;

export type IconName = keyof typeof paths;

/** A small drawing in the colour of the text. What it means is said by the text or label beside it. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path
        d={paths[name]}
        fill="none"
        stroke="currentColor"
        stroke-width={name === "more" ? 2 : 1.3}
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
