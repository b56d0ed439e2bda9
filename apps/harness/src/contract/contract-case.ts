import type { Feature } from "@holdfast/core";
import type { WorkerLanguage } from "../vitest/worker-language.ts";
import type { ContractContext } from "./contract-context.ts";

/** What a language may be able to say; what it cannot is left out of its {@link WorkerLanguage}. */
export type LanguageAbility = {
  [Name in keyof WorkerLanguage]-?: undefined extends WorkerLanguage[Name] ? Name : never;
}[keyof WorkerLanguage];

/** A language that can say at least these things. */
export type LanguageWith<Ability extends LanguageAbility> = WorkerLanguage &
  Required<Pick<WorkerLanguage, Ability>>;

/** Methods that a runtime or a worker may leave out without a feature that says so. */
export type OptionalMethod = "warm" | "ping";

/** What must be there for a case; where it is not, the case is not there either. */
export interface ContractNeeds<Ability extends LanguageAbility = LanguageAbility> {
  readonly features?: readonly Feature[];
  /** A feature that must not be declared: the case shows that it is refused. */
  readonly lacks?: Feature;
  readonly abilities?: readonly Ability[];
  readonly method?: OptionalMethod;
}

/** One promise of the worker contract, as data: the suite makes a test of it, and so can you. */
export interface ContractCase {
  /** Unique. Names the requirement in brackets, such as `[R1.6]`. */
  readonly title: string;
  readonly topic: string;
  readonly needs: ContractNeeds;
  /** Rejects when the runtime breaks the promise. Workers that it started are stopped by the context's end. */
  readonly run: (context: ContractContext) => Promise<void>;
}

type CaseOfTopic = Omit<ContractCase, "topic">;

/** A case; its language has what it needs. */
export function contractCase<const Ability extends LanguageAbility = never>(
  title: string,
  needs: ContractNeeds<Ability>,
  run: (context: ContractContext<LanguageWith<Ability>>) => Promise<void>,
): CaseOfTopic {
  return { title, needs, run: (context) => run(context as ContractContext<LanguageWith<Ability>>) };
}

/** The cases of one topic. */
export function contractTopic(
  topic: string,
  cases: readonly CaseOfTopic[],
): readonly ContractCase[] {
  return cases.map((one) => ({ ...one, topic }));
}

/** What a runtime has, as far as cases need it. */
export interface ContractOffer {
  readonly language: WorkerLanguage;
  readonly features: readonly Feature[];
  readonly methods: readonly OptionalMethod[];
}

/** Whether a case is for such a runtime. */
export function isCaseFor(
  { needs }: ContractCase,
  { language, features, methods }: ContractOffer,
): boolean {
  const { features: needed = [], lacks, abilities = [], method } = needs;
  return (
    needed.every((feature) => features.includes(feature)) &&
    (lacks === undefined || !features.includes(lacks)) &&
    abilities.every((ability) => language[ability] !== undefined) &&
    (method === undefined || methods.includes(method))
  );
}
