const { apply, get, getOwnPropertyDescriptor } = Reflect;

type Uncurried<Result> = (self: unknown, ...args: readonly unknown[]) => Result;
type Method = (...args: readonly unknown[]) => unknown;

/** A method as a function of its object, as it is now: who replaces it later does so to himself. */
export function uncurried<Result>(holder: object, name: PropertyKey): Uncurried<Result> {
  const method = get(holder, name) as Method;
  return (self, ...args) => apply(method, self, args) as Result;
}

/** The same of a getter. */
export function uncurriedGetter<Result>(holder: object, name: PropertyKey): Uncurried<Result> {
  const { get: getter } = getOwnPropertyDescriptor(holder, name) as { readonly get: Method };
  return (self) => apply(getter, self, []) as Result;
}

/** What an accessor is made of, to be looked at. */
export function accessorOf(descriptor: object): { readonly get: unknown; readonly set: unknown } {
  return descriptor as { readonly get: unknown; readonly set: unknown };
}
