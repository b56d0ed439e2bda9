/** Something that no checkpoint can hold. */
export class Unkeepable extends Error {
  readonly value: unknown;
  /** Such as `a Promise`. */
  readonly what: string;

  constructor(value: unknown, what: string) {
    super(what);
    this.value = value;
    this.what = what;
  }
}
