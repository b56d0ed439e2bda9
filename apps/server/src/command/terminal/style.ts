import { styleText } from "node:util";

type Format = Parameters<typeof styleText>[0];

/** Text in a style where the stream shows colours: terminals, but for NO_COLOR, and all with FORCE_COLOR. */
export function style(
  format: Format,
  text: string,
  stream: NodeJS.WriteStream = process.stdout,
): string {
  return styleText(format, text, { stream });
}
