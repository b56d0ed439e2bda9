import type { AnyNode, Statement } from "acorn";
import type { SourceEdits } from "./source-edits.ts";
import { forEachChild, isFunction } from "./syntax-nodes.ts";

/**
 * Calls a function with what each `await` of a statement has waited for, and without anything at each turn of a `for await`: so
 * that code which was interrupted as it waited does not go on. Functions in it are left alone: their source is the user's.
 */
export function checkResumptions(node: AnyNode, check: string, edits: SourceEdits): void {
  if (isFunction(node)) return;
  if (node.type === "AwaitExpression") {
    wrap(node, `${check}(`, ")", check, edits);
  } else if (node.type === "ForOfStatement" && node.await) {
    checkResumptions(node.left, check, edits);
    checkResumptions(node.right, check, edits);
    checkTurns(node.body, check, edits);
  } else {
    forEachChild(node, (child) => checkResumptions(child, check, edits));
  }
}

function checkTurns(body: Statement, check: string, edits: SourceEdits): void {
  if (body.type === "BlockStatement") {
    edits.insert(body.start + 1, `${check}();`);
    checkResumptions(body, check, edits);
  } else {
    edits.insert(body.start, `{${check}();`);
    checkResumptions(body, check, edits);
    edits.insert(body.end, "}");
  }
}

/** What ends inside of a node ends in front of what is put behind it. */
function wrap(
  node: AnyNode,
  before: string,
  after: string,
  check: string,
  edits: SourceEdits,
): void {
  edits.insert(node.start, before);
  forEachChild(node, (child) => checkResumptions(child, check, edits));
  edits.insert(node.end, after);
}
