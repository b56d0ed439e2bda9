/** One family of metrics, as the text format has it. */
export interface Family {
  readonly type: string;
  readonly samples: readonly Sample[];
}

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/;
const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/y;
const suffixes = /_(?:bucket|sum|count)$/;

/**
 * Parses version 0.0.4 of the format as strictly as it is written: HELP and TYPE in front, a family in one piece, no
 * sample twice, histograms that add up.
 * @throws Error with the line
 */
export function parsePrometheus(text: string): ReadonlyMap<string, Family> {
  const families = new Map<string, { help: string; type: string; samples: Sample[] }>();
  const seen = new Set<string>();
  let current = "";
  if (!text.endsWith("\n")) throw new Error("the last line has no end");
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const [, keyword, about = "", rest = ""] = comment.exec(line) ?? [];
    if (keyword === "HELP") {
      if (families.has(about)) throw new Error(`twice: ${line}`);
      families.set(about, { help: rest, type: "", samples: [] });
      current = about;
      continue;
    }
    const family = families.get(current);
    if (family === undefined) throw new Error(`before any HELP: ${line}`);
    if (keyword === "TYPE") {
      if (about !== current || family.type !== "") throw new Error(`out of place: ${line}`);
      family.type = rest;
      continue;
    }
    const one = parseSample(line);
    const base = family.type === "histogram" ? one.name.replace(suffixes, "") : one.name;
    if (base !== current || family.type === "") throw new Error(`not of ${current}: ${line}`);
    const identity = `${one.name} ${JSON.stringify(Object.entries(one.labels))}`;
    if (seen.has(identity)) throw new Error(`twice: ${line}`);
    seen.add(identity);
    family.samples.push(one);
  }
  for (const [name, { type, samples }] of families)
    if (type === "histogram") checkHistogram(name, samples);
  return families;
}

/** What promtool would complain about. */
export function lintPrometheus(families: ReadonlyMap<string, Family>): readonly string[] {
  return [...families].flatMap(([name, { type, samples }]) => [
    ...(type === "counter" && !name.endsWith("_total")
      ? [`${name}: a counter ends in _total`]
      : []),
    ...(type !== "counter" && name.endsWith("_total")
      ? [`${name}: only counters end in _total`]
      : []),
    ...(/_(ms|milliseconds|kb|mb|percent)(_|$)/.test(name) ? [`${name}: no base unit`] : []),
    ...(/[A-Z]/.test(name) ? [`${name}: not in snake case`] : []),
    ...(samples.some(({ value }) => Number.isNaN(value)) ? [`${name}: not a number`] : []),
  ]);
}

function parseSample(line: string): Sample {
  const [, name = "", labelText = "", valueText = ""] = sample.exec(line) ?? [];
  // As Prometheus reads it, which is Go's way: whatever the case.
  const isNaNText = valueText.toLowerCase() === "nan";
  const value = valueText === "+Inf" ? Infinity : Number(valueText);
  if (name === "" || valueText === "" || (Number.isNaN(value) && !isNaNText))
    throw new Error(`no sample: ${line}`);
  const labels: Record<string, string> = {};
  label.lastIndex = 0;
  for (let at = 0; at < labelText.length; at = label.lastIndex) {
    const [, key, text = ""] = label.exec(labelText) ?? [];
    if (key === undefined || key in labels) throw new Error(`labels: ${line}`);
    labels[key] = text;
  }
  return { name, labels, value };
}

function checkHistogram(name: string, samples: readonly Sample[]): void {
  const last = new Map<string, { bound: number; count: number }>();
  const key = (labels: Sample["labels"]) =>
    JSON.stringify(Object.entries(labels).filter(([one]) => one !== "le"));
  for (const { name: of, labels, value } of samples) {
    if (of !== `${name}_bucket`) continue;
    const before = last.get(key(labels)) ?? { bound: -Infinity, count: 0 };
    const bound = labels["le"] === "+Inf" ? Infinity : Number(labels["le"]);
    if (bound <= before.bound || value < before.count) throw new Error(`buckets of ${name}`);
    last.set(key(labels), { bound, count: value });
  }
  for (const { name: of, labels, value } of samples) {
    const whole = last.get(key(labels));
    if (of === `${name}_count` && (whole?.bound !== Infinity || whole.count !== value))
      throw new Error(`count of ${name}`);
  }
}
