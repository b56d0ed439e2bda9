import { type Options, Parser, type Program } from "acorn";

const options: Options = {
  ecmaVersion: "latest",
  sourceType: "script",
  allowAwaitOutsideFunction: true,
  allowImportExportEverywhere: true,
  allowHashBang: true,
};

/** What acorn throws. */
export interface ParseError {
  readonly message: string;
  /** Where the wrong thing begins. */
  readonly pos: number;
  /** How far the parser had read. */
  readonly raisedAt: number;
}

/** A script in which `await`, `import`, `export` and `using` may stand at top level. */
class CellParser extends Parser {
  /** Of acorn's own: a script must not have `using` at top level. */
  get allowUsing(): boolean {
    return true;
  }
}

/** @throws ParseError */
export function parseProgram(source: string): Program {
  return CellParser.parse(source, options);
}

export function isParseError(error: unknown): error is ParseError {
  return typeof error === "object" && error !== null && "raisedAt" in error && "pos" in error;
}
