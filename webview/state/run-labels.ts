import { baseName } from "../charts/format";
import { lossWords } from "./comparison";
import { strings } from "../strings/lines";
import type { RunData } from "./model";

/** A setting of a run in words, and what it is called. */
interface Setting {
  readonly name: string;
  readonly of: (run: RunData) => string;
  /** Whether it tells two runs of the same model apart in a label. */
  readonly isShort?: boolean;
}

const rangeOf = (nodes: readonly number[]) => strings.range(nodes[0] ?? 0, nodes.at(-1) ?? 0);

const settings: readonly Setting[] = [
  { name: strings.settings.weights, isShort: true, of: ({ header }) => baseName(header.study.model.weights ?? "") },
  {
    name: strings.settings.batchNorm,
    isShort: true,
    of: ({ header }) => strings.batchNorm[header.study.batchNorm ?? "keep"],
  },
  { name: strings.settings.directions, of: ({ header }) => strings.kinds[header.directions.kind] },
  {
    name: strings.settings.seed,
    isShort: true,
    of: ({ header }) => (header.directions.seed === undefined ? "" : strings.seed(header.directions.seed)),
  },
  { name: strings.settings.normalisation, isShort: true, of: ({ header }) => header.directions.normalisation ?? "" },
  { name: strings.settings.range, isShort: true, of: ({ header }) => rangeOf(header.x) },
  { name: strings.settings.split, isShort: true, of: ({ header }) => header.data.split },
  { name: strings.settings.samples, isShort: true, of: ({ header }) => strings.samples(header.data.samples) },
  { name: strings.settings.data, of: ({ header }) => baseName(header.data.path) },
  { name: strings.settings.loss, of: ({ header }) => lossWords(header.study.loss) },
];

/** Settings in which runs that are drawn together differ, as sentences: each with the value of every run. */
export function differences(runs: readonly RunData[], labels: readonly string[]): readonly string[] {
  return settings.flatMap(({ name, of }) => {
    const values = runs.map(of);
    if (new Set(values).size < 2) return [];
    return [
      strings.differs(
        name,
        values.map((value, k) => strings.valueOf(value || strings.none, labels[k]!)),
      ),
    ];
  });
}

/** A name for each run: that of its model, and where several have the same, the first setting that tells them apart. */
export function runLabels(runs: readonly RunData[]): readonly string[] {
  const names = runs.map(({ header }) => header.model.name);
  return runs.map((run, index) => {
    const same = runs.filter((_, k) => names[k] === names[index]);
    if (same.length === 1) return names[index]!;
    const telling = settings.find(({ of, isShort }) => isShort && new Set(same.map(of)).size === same.length);
    const what = telling ? telling.of(run) || strings.none : String(same.indexOf(run) + 1);
    return strings.labelled(names[index]!, what);
  });
}
