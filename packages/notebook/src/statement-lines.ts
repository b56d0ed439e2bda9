/** Where the scan is: in a text of three quotes or not, and how many brackets are open. */
interface Place {
  readonly quotes: string | null;
  readonly depth: number;
  readonly isContinued: boolean;
}

const tokens = /"""|'''|"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?|#.*|[([{]|[)\]}]|\\$/g;

/**
 * Lines of Python code with whether a statement may begin on each: not within a text of several lines, nor brackets, nor
 * behind a backslash. Lines for which `isSkipped` holds are no Python, and what is in them does not count.
 */
export function statementLines(
  source: string,
  isSkipped: (line: string) => boolean,
): readonly { readonly line: string; readonly isStart: boolean }[] {
  let place: Place = { quotes: null, depth: 0, isContinued: false };
  return source.split("\n").map((line) => {
    const isStart = place.quotes === null && place.depth === 0 && !place.isContinued;
    if (!isStart || !isSkipped(line)) place = after(line, place);
    return { line, isStart };
  });
}

function after(line: string, place: Place): Place {
  let { quotes, depth } = place;
  let isContinued = false;
  let rest = line;
  if (quotes !== null) {
    const end = endOf(rest, quotes);
    if (end === -1) return place;
    rest = rest.slice(end);
    quotes = null;
  }
  tokens.lastIndex = 0;
  for (let match = tokens.exec(rest); match !== null; match = tokens.exec(rest)) {
    const [token] = match;
    if (token === '"""' || token === "'''") {
      const end = endOf(rest.slice(tokens.lastIndex), token);
      if (end === -1) return { quotes: token, depth, isContinued: false };
      tokens.lastIndex += end;
    } else if ("([{".includes(token)) depth++;
    else if (")]}".includes(token)) depth = Math.max(0, depth - 1);
    else if (token === "\\") isContinued = true;
  }
  return { quotes: null, depth, isContinued };
}

/** Behind the end of a text of three quotes; -1 if it goes on. */
function endOf(line: string, quotes: string): number {
  const match = new RegExp(`^(?:\\\\.|(?!${quotes})[^\\\\]|\\\\$)*${quotes}`).exec(line);
  return match === null ? -1 : match[0].length;
}
