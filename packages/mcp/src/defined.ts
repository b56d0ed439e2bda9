type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

/** An object without what is `undefined` in it, as options want it that may be left out. */
export function defined<T extends object>(values: T): Defined<T> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Defined<T>;
}
