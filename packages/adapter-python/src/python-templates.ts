import { type GuardedProcess, HoldfastError } from "@holdfast/core";
import type { ForkLimits } from "./fork-from.ts";
import { PythonTemplate, type TemplateOptions } from "./python-template.ts";

/** Templates at a time; one more ends the one that was used longest ago. */
const maxTemplates = 4;

// A hash seed cannot be changed in a fork: all sessions of a template share it, so none serves for ever.
const maxForks = 1_000;

// What a process reads as it starts, and keeps: a session that has one of these cannot be forked.
const unforkable = /^(LD_|GLIBC_|GCONV_PATH$|MALLOC_|LOCPATH$|NLSPATH$)/;
const locale = /^(LANG|LANGUAGE|LC_[A-Z]+)$/;

/**
 * Those variables of an environment that Python heeds only when it starts, in order of their names; `null` where there is
 * one that no template can be given.
 */
export function startVariables(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> | null {
  if (Object.keys(env).some((name) => unforkable.test(name))) return null;
  const found = Object.entries(env).flatMap(([name, value]): [string, string][] =>
    locale.test(name) && value !== undefined ? [[name, value]] : [],
  );
  return Object.fromEntries(found.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** The templates of a runtime, one for each set of variables that matter at start. */
export class PythonTemplates {
  readonly #describe: (
    variables: Readonly<Record<string, string>>,
  ) => Promise<Omit<TemplateOptions, "startTimeoutMs">>;
  /** In the order of their last use. */
  readonly #templates = new Map<string, Promise<PythonTemplate>>();
  readonly #ending = new Set<Promise<void>>();
  #lastVariables: Readonly<Record<string, string>> | null = null;
  #isClosed = false;

  constructor(
    describe: (
      variables: Readonly<Record<string, string>>,
    ) => Promise<Omit<TemplateOptions, "startTimeoutMs">>,
  ) {
    this.#describe = describe;
  }

  /** Of the template that was used last. */
  get lastVariables(): Readonly<Record<string, string>> | null {
    return this.#lastVariables;
  }

  /**
   * A process that waits for its `hello`, or `null` where it has to be started.
   * @throws HoldfastError `cancelled`, `runtime_unavailable`, `worker_start_failed` when it took too long
   */
  async fork(
    variables: Readonly<Record<string, string>> | null,
    limits: ForkLimits,
  ): Promise<GuardedProcess | null> {
    if (variables === null || this.#isClosed) return null;
    this.#lastVariables = variables;
    // A template may end in the moment in which it is asked; the second one has not had the time.
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        const template = await this.#template(variables, limits);
        return await template.fork(limits);
      } catch (error) {
        if (isOutOfTime(error)) this.#retire(JSON.stringify(variables)); // the next one gets another template
        if (isOutOfTime(error) || (HoldfastError.is(error) && error.code !== "worker_start_failed"))
          throw error;
      }
    }
    return null; // a start of its own says best what is wrong
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const key of this.#templates.keys()) this.#retire(key);
    await Promise.all(this.#ending);
  }

  async #template(
    variables: Readonly<Record<string, string>>,
    { timeoutMs }: ForkLimits,
  ): Promise<PythonTemplate> {
    const key = JSON.stringify(variables);
    const known = this.#templates.get(key);
    this.#templates.delete(key);
    const starting = known ?? this.#start(key, variables, timeoutMs);
    this.#templates.set(key, starting);
    for (const oldest of this.#templates.keys()) {
      if (this.#templates.size <= maxTemplates) break;
      this.#retire(oldest);
    }
    const template = await starting;
    const isGood = template.count < maxForks && template.isAble;
    if (isGood || this.#templates.get(key) !== starting) return template;
    this.#retire(key);
    return this.#template(variables, { timeoutMs });
  }

  #start(
    key: string,
    variables: Readonly<Record<string, string>>,
    startTimeoutMs: number,
  ): Promise<PythonTemplate> {
    const starting = this.#describe(variables).then((options) =>
      PythonTemplate.start({ ...options, startTimeoutMs }),
    );
    const forget = () => {
      if (this.#templates.get(key) === starting) this.#templates.delete(key);
    };
    starting.then((template) => template.ended.then(forget), forget);
    return starting;
  }

  /** Ends a template when the forks that it was asked for are done. */
  #retire(key: string): void {
    const template = this.#templates.get(key);
    this.#templates.delete(key);
    if (template === undefined) return;
    const ending = template
      .then(
        (one) => one.retire(),
        () => {},
      )
      .finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }
}

/** Whether a start has failed by its time, not by its kind: there is none left to try another way. */
export function isOutOfTime(error: unknown): boolean {
  return (
    HoldfastError.is(error) &&
    HoldfastError.is(error.cause) &&
    error.cause.code === "deadline_exceeded"
  );
}
