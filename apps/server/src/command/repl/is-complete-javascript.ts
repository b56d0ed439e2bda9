import { Script } from "node:vm";

/**
 * Whether JavaScript or TypeScript that was typed line by line can be run, or goes on: an open bracket, template or comment. What is
 * wrong, and what is no JavaScript, counts as complete: the session says so.
 */
export function isCompleteJavaScript(code: string): boolean {
  // `await` may stand anywhere in a cell, and is an operator as `void` is.
  const source = code.replaceAll(/\bfor\s+await\b/g, "for").replaceAll(/\bawait\b/g, "void ");
  const problem = syntaxProblem(source);
  if (problem === null) return true;
  if (problem.startsWith("Unexpected end of input")) return false;
  if (problem.startsWith("Unterminated template")) return false;
  if (problem.startsWith("Invalid or unexpected token")) return !isInComment(source);
  // `f(1` and `f(1 2` are told alike: the one is right with a bracket more.
  if (problem.startsWith("missing ) after argument list")) {
    const closed = syntaxProblem(`${source}\n)`);
    return closed !== null && closed === problem;
  }
  return true;
}

function isInComment(source: string): boolean {
  return syntaxProblem(`${source}*/`) === null;
}

function syntaxProblem(source: string): string | null {
  try {
    void new Script(source, { filename: "cell" });
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
