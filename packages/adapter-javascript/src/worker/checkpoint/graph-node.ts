/** A primitive as it is, or the number of a node in an array of one. */
export type Slot = null | undefined | boolean | number | string | bigint | readonly [number];

/** A property that is not writable, enumerable and configurable, or is an accessor. */
export interface SpecialProperty {
  readonly key: Slot;
  /** 1 writable, 2 enumerable, 4 configurable */
  readonly flags: number;
  readonly value?: Slot;
  readonly get?: Slot;
  readonly set?: Slot;
}

/** What any object has beside what it is. */
export interface ObjectPart {
  /** Missing where it is that of its kind. */
  readonly proto?: Slot;
  /** Keys and values in turn: text, or the node of a symbol. */
  readonly props?: readonly Slot[];
  readonly special?: readonly SpecialProperty[];
  readonly isLocked?: boolean;
}

/** How an object can be made anew. Plain data, for `v8.serialize`. */
export type GraphNode =
  | { readonly type: "symbol"; readonly description: string | null; readonly isRegistered: boolean }
  /** A thing of the language's own, or of Node's: a global and the keys to it, such as `Map`, `prototype`, `get`. */
  | { readonly type: "known"; readonly path: readonly string[] }
  /** A module, or what it exports by this name. */
  | { readonly type: "module"; readonly specifier: string; readonly key: string | null }
  | ({ readonly type: "object" } & ObjectPart)
  /** `items`: those in front of the first hole. */
  | ({
      readonly type: "array";
      readonly length: number;
      readonly items: readonly Slot[];
    } & ObjectPart)
  | ({ readonly type: "map"; readonly entries: readonly Slot[] } & ObjectPart)
  | ({ readonly type: "set"; readonly items: readonly Slot[] } & ObjectPart)
  | ({ readonly type: "date"; readonly time: number } & ObjectPart)
  | ({
      readonly type: "regexp";
      readonly source: string;
      readonly flags: string;
      readonly lastIndex: number;
    } & ObjectPart)
  | ({ readonly type: "error"; readonly stack: Slot } & ObjectPart)
  | ({ readonly type: "boxed"; readonly value: Slot } & ObjectPart)
  | ({ readonly type: "url"; readonly href: string } & ObjectPart)
  /** Its bytes come in records of their own. */
  | { readonly type: "buffer"; readonly byteLength: number; readonly isShared: boolean }
  | ({
      readonly type: "view";
      readonly kind: string;
      readonly buffer: Slot;
      readonly byteOffset: number;
      readonly byteLength: number;
    } & ObjectPart)
  | ({
      readonly type: "function";
      readonly name: string;
      readonly source: string;
      readonly form: "expression" | "method" | "class";
      readonly isStrict: boolean;
      /** What it needs at once: names that a class uses as it is defined. */
      readonly needs: readonly string[];
      /** Where something was added to it. */
      readonly prototype?: Slot;
    } & ObjectPart)
  /** The `prototype` of a function, with what was added to it. */
  | ({ readonly type: "prototype"; readonly of: Slot } & ObjectPart);

/** A variable in a checkpoint. */
export interface SavedBinding {
  readonly name: string;
  readonly value: Slot;
  readonly isConstant: boolean;
  readonly doc: string | null;
}

/** The nodes that a node names. Of what has been read nothing is known yet. */
export function* nodesOf(node: GraphNode): Generator<number> {
  const fields = node as unknown as Readonly<Record<string, unknown>>;
  for (const name of ["proto", "of", "buffer", "prototype", "stack", "value"]) {
    yield* numberOf(fields[name]);
  }
  for (const name of ["items", "entries", "props"]) {
    for (const item of listOf(fields[name])) yield* numberOf(item);
  }
  for (const property of listOf(fields["special"])) {
    for (const part of Object.values(Object(property) as object)) yield* numberOf(part);
  }
}

export function isNumbered(value: unknown): value is readonly [number] {
  return Array.isArray(value) && value.length === 1 && typeof value[0] === "number";
}

function* numberOf(value: unknown): Generator<number> {
  if (isNumbered(value)) yield value[0];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
