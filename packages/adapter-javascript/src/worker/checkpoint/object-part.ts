import type { EncoderContext } from "./encoder-context.ts";
import type { ObjectPart, Slot, SpecialProperty } from "./graph-node.ts";
import { accessorOf } from "../realm/uncurried.ts";

const { getOwnPropertyDescriptor, getPrototypeOf, isExtensible } = Object;
const { ownKeys } = Reflect;

const plain = 7;

export interface PartOptions {
  readonly slot: (value: unknown) => Slot;
  readonly context: EncoderContext;
  /** The global whose prototype an object of this kind has by itself; `null` if it is not looked at. */
  readonly kind: string | null;
  readonly isSkipped?: (key: PropertyKey) => boolean;
}

/** What an object has beside what it is. Runs no getter. */
export function objectPart(object: object, options: PartOptions): ObjectPart {
  const { slot, isSkipped = () => false } = options;
  const props: Slot[] = [];
  const special: SpecialProperty[] = [];
  for (const key of ownKeys(object)) {
    const found = getOwnPropertyDescriptor(object, key);
    if (found === undefined || isSkipped(key)) continue;
    const flags =
      Number(found.writable ?? false) + (found.enumerable ? 2 : 0) + (found.configurable ? 4 : 0);
    if (!("value" in found)) {
      const { get, set } = accessorOf(found);
      special.push({ key: slot(key), flags, get: slot(get), set: slot(set) });
    } else if (flags === plain) {
      props.push(slot(key), slot(found.value));
    } else {
      special.push({ key: slot(key), flags, value: slot(found.value) });
    }
  }
  return {
    ...protoPart(object, options),
    ...(props.length > 0 && { props }),
    ...(special.length > 0 && { special }),
    ...(!isExtensible(object) && { isLocked: true }),
  };
}

export function protoPart(
  object: object,
  { slot, context, kind }: PartOptions,
): { readonly proto?: Slot } {
  if (kind === null) return {};
  const proto: unknown = getPrototypeOf(object);
  const origin = context.originOf(proto);
  const isUsual = origin?.type === "known" && origin.path.join(".") === `${kind}.prototype`;
  return isUsual ? {} : { proto: slot(proto) };
}
