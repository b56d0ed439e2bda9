/** A piece of text and how a terminal would show it. */
export interface Span {
  readonly text: string;
  /** CSS declarations, empty for plain text. */
  readonly style: string;
}

interface Look {
  color: string | null;
  ground: string | null;
  isBold: boolean;
  isDim: boolean;
  isItalic: boolean;
  isUnderlined: boolean;
}

const names = ["quiet", "red", "green", "yellow", "blue", "magenta", "cyan", "ink"];
const plain: Look = {
  color: null,
  ground: null,
  isBold: false,
  isDim: false,
  isItalic: false,
  isUnderlined: false,
};

const esc = String.fromCharCode(27);
const bell = String.fromCharCode(7);
// CSI sequences, OSC sequences with their text, and anything else of two characters.
const sequences = new RegExp(
  `(${esc}\\[[0-9;:?]*[A-Za-z]|${esc}\\][^${bell}${esc}]*(?:${bell}|${esc}\\\\)|${esc}.)`,
);

/**
 * The text as spans: colours and weights of ANSI escape sequences are kept, other sequences are left out, and a carriage
 * return starts the line anew, as progress bars have it. Only text and known styles come out, never markup.
 */
export function ansiSpans(text: string): Span[] {
  const spans: Span[] = [];
  let look = { ...plain };
  for (const part of rewriteLines(text).split(sequences)) {
    if (part === "") continue;
    if (!part.startsWith(esc)) spans.push({ text: part, style: styleOf(look) });
    else if (part.startsWith(`${esc}[`) && part.endsWith("m"))
      look = dressed(look, part.slice(2, -1));
  }
  return spans;
}

function rewriteLines(text: string): string {
  if (!text.includes("\r")) return text;
  return text
    .replaceAll("\r\n", "\n")
    .split("\n")
    .map((line) => line.slice(line.lastIndexOf("\r", line.length - 2) + 1).replace(/\r$/, ""))
    .join("\n");
}

function dressed(look: Look, codes: string): Look {
  const next = { ...look };
  const numbers = codes === "" ? [0] : codes.split(/[;:]/).map(Number);
  for (let i = 0; i < numbers.length; i++) {
    const code = numbers[i] ?? 0;
    if (code === 0) Object.assign(next, plain);
    else if (code === 1) next.isBold = true;
    else if (code === 2) next.isDim = true;
    else if (code === 3) next.isItalic = true;
    else if (code === 4) next.isUnderlined = true;
    else if (code === 22) next.isBold = next.isDim = false;
    else if (code === 23) next.isItalic = false;
    else if (code === 24) next.isUnderlined = false;
    else if (code === 39) next.color = null;
    else if (code === 49) next.ground = null;
    else if (code === 38 || code === 48) {
      const [color, used] = extended(numbers.slice(i + 1));
      if (code === 38) next.color = color;
      else next.ground = color;
      i += used;
    } else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97))
      next.color = named(code % 10);
    else if ((code >= 40 && code <= 47) || (code >= 100 && code <= 107))
      next.ground = named(code % 10);
  }
  return next;
}

function extended([kind, ...rest]: readonly number[]): [string | null, number] {
  if (kind === 2)
    return [
      `rgb(${rest
        .slice(0, 3)
        .map((part) => clamp(part))
        .join(" ")})`,
      4,
    ];
  const [index = 0] = rest;
  if (index < 16) return [named(index % 8), 2];
  if (index >= 232)
    return [
      `rgb(${Array(3)
        .fill(8 + (clamp(index) - 232) * 10)
        .join(" ")})`,
      2,
    ];
  const cube = clamp(index) - 16;
  return [
    `rgb(${level(Math.floor(cube / 36))} ${level(Math.floor(cube / 6) % 6)} ${level(cube % 6)})`,
    2,
  ];
}

/** Brightness of a step of the 6x6x6 colour cube, as xterm has it. */
function level(step: number): number {
  return step === 0 ? 0 : 55 + step * 40;
}

function named(index: number): string {
  return `var(--${names[index] ?? "ink"})`;
}

function clamp(part: number | undefined): number {
  return Math.min(255, Math.max(0, Math.trunc(part ?? 0) || 0));
}

function styleOf({ color, ground, isBold, isDim, isItalic, isUnderlined }: Look): string {
  return [
    color === null ? "" : `color:${color}`,
    ground === null ? "" : `background:${ground}`,
    isBold ? "font-weight:700" : "",
    isDim ? "opacity:.7" : "",
    isItalic ? "font-style:italic" : "",
    isUnderlined ? "text-decoration:underline" : "",
  ]
    .filter((one) => one !== "")
    .join(";");
}
