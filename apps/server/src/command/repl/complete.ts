import { type Session, isApiError } from "@holdfast/client";

/**
 * What could stand at the end of the last line of some code: what the session says, or, where its runtime says nothing,
 * files. At the beginning of a line a tab is four spaces.
 */
export async function complete(
  session: Session,
  before: string,
  line: string,
): Promise<readonly [matches: string[], part: string]> {
  if (line.trim() === "") return [[`${line}    `], line];
  try {
    const code = before + line;
    const { matches, start } = await session.complete(code);
    const part = Array.from(code).slice(start).join("");
    return [matches.filter((match) => match.startsWith(part)), part];
  } catch (error) {
    if (!isApiError(error, "feature_unsupported")) throw error;
    return completePath(session, line);
  }
}

async function completePath(
  session: Session,
  line: string,
): Promise<readonly [matches: string[], part: string]> {
  const part = /[^\s"'=;|&<>()]*$/.exec(line)?.[0] ?? "";
  const folder = part.slice(0, part.lastIndexOf("/") + 1);
  const start = part.slice(folder.length);
  const matches: string[] = [];
  for await (const { name, type } of session.files.list(folder === "" ? "." : folder)) {
    if (!name.startsWith(start) || (start === "" && name.startsWith("."))) continue;
    matches.push(`${folder}${name}${type === "directory" ? "/" : ""}`);
  }
  return [matches, part];
}
