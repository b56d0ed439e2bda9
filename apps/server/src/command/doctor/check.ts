/** What was found out about one thing. A failure is essential: Holdfast does not work without it. */
export interface Check {
  readonly name: string;
  readonly status: "ok" | "warning" | "failure";
  /** What is there, or what is wrong. */
  readonly detail: string;
  /** What to do about it. */
  readonly advice: string | null;
}

export function ok(name: string, detail: string): Check {
  return { name, status: "ok", detail, advice: null };
}

export function warning(name: string, detail: string, advice: string): Check {
  return { name, status: "warning", detail, advice };
}

export function failure(name: string, detail: string, advice: string): Check {
  return { name, status: "failure", detail, advice };
}
