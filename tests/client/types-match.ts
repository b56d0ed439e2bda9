// Checked by the compiler alone: the client's types say what the server's OpenAPI document says, and none is forgotten.
import type * as client from "@holdfast/client";
import type { errorCodes } from "@holdfast/core";
import type { ApiTypes } from "./api-types.ts";

/** The client's type for each schema. */
interface ClientTypes {
  readonly Checkpoint: client.Checkpoint;
  readonly Completions: client.Completions;
  readonly CreateSession: client.CreateSession;
  readonly Display: client.Display;
  readonly Execute: client.ExecuteRequest & { readonly code: string };
  readonly Execution: client.Execution;
  readonly ExecutionDetails: client.ExecutionDetails;
  readonly ExecutionFailure: client.ExecutionFailure;
  readonly ExecutionResult: client.ExecutionResult;
  readonly FileEntry: client.FileEntry;
  readonly Health: client.Health;
  readonly Inspection: client.Inspection;
  readonly MimeBundle: client.MimeBundle;
  readonly Module: client.Module;
  readonly NamespaceChanges: client.NamespaceChanges;
  readonly Pool: client.Pool;
  readonly Process: client.Process;
  readonly Resources: client.Resources;
  readonly Runtime: client.Runtime;
  readonly Session: client.SessionInfo;
  readonly Skipped: client.Skipped;
  readonly TracebackFrame: client.TracebackFrame;
  readonly UpdateSession: client.UpdateSession;
  readonly Variable: client.Variable;
  readonly VariableDetails: client.VariableDetails;
}

/** Schemas of requests and lists, whose parts are parameters or types of their own in the client. */
type WithoutOwnType =
  | "CheckpointList"
  | "CodeAtCursor"
  | "ExecutionList"
  | "FileList"
  | "Fork"
  | "Forked"
  | "Input"
  | "Kill"
  | "ModuleList"
  | "Problem"
  | "ProcessList"
  | "Restore"
  | "Run"
  | "SessionList"
  | "SetVariable"
  | "TakeCheckpoint"
  | "VariableList";

/** Without `readonly`, and with what is `unknown` left out, which the generator writes in a way of its own. */
type Plain<T> = T extends readonly (infer Item)[]
  ? Plain<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T as Key extends "value" ? never : Key]: Plain<T[Key]> }
    : T;
/* oxlint-disable typescript/no-unnecessary-type-parameters -- equal in every respect, not assignable both ways */
type IsSame<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/* oxlint-enable typescript/no-unnecessary-type-parameters */

type Compared = Exclude<keyof ApiTypes, WithoutOwnType>;
/** For each schema whether the two are the same; a schema without a type here is an error, too. */
type Matches = {
  [Name in Compared]: IsSame<Plain<ClientTypes[Name]>, Plain<ApiTypes[Name]>>;
};
type AllOf<T extends Readonly<Record<string, true>>> = T;

export type EverySchemaMatches = AllOf<Matches>;
export type EveryTypeHasASchema = AllOf<{
  [Name in keyof ClientTypes]: Name extends keyof ApiTypes ? true : false;
}>;
/** The other way round there may be more: codes of other versions of the server. */
export type EveryErrorCodeIsKnown = AllOf<{
  readonly errorCode: IsSame<Exclude<keyof typeof errorCodes, client.ErrorCode>, never>;
}>;
