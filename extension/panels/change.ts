import type { StudyChange } from "../../server/protocol/requests";
import type {
  CurvatureSpec,
  EngineChoice,
  Normalisation,
  SharpnessSpec,
  SplitChoice,
} from "../../server/protocol/study";

type Fields = Readonly<Record<string, unknown>>;
type GridChange = NonNullable<StudyChange["grid"]>;

const normalisations: readonly Normalisation[] = ["filter", "layer", "weight", "dfilter", "dlayer", "none"];
const engines: readonly EngineChoice[] = ["auto", "onnxruntime", "tensorflow", "webgpu", "wasm"];

/**
 * The change that a page has sent, if it is one; whether it makes sense for a study is the worker's to say. A change with
 * a field that is unknown or of another type is none.
 */
export function readChange(value: unknown): StudyChange | undefined {
  return fieldsOf<StudyChange>(value, {
    grid: (grid) => fieldsOf<GridChange>(grid, { x: pair, y: pair, points: pair, refine: number }),
    samples: number,
    splits: splitsOf,
    seed: number,
    normalise: (text) => normalisations.find((each) => each === text),
    engine: (text) => engines.find((each) => each === text),
    weights: named,
    curvature: (spec) => (spec === null ? null : curvatureOf(spec)),
    sharpness: (spec) => (spec === null ? null : sharpnessOf(spec)),
  });
}

function splitsOf(value: unknown): readonly SplitChoice[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const splits = value.map((each) => fieldsOf<SplitChoice>(each, { split: named, path: named, x: named, y: named }));
  return splits.every((each) => each?.split !== undefined && each.path !== undefined)
    ? (splits as readonly SplitChoice[])
    : undefined;
}

function curvatureOf(value: unknown): Partial<CurvatureSpec> | undefined {
  return fieldsOf<Partial<CurvatureSpec>>(value, {
    points: pair,
    samples: number,
    parameters: (text) => (text === "kernels" || text === "all" ? text : undefined),
    traceProbes: number,
    densityProbes: number,
    tolerance: number,
  });
}

function sharpnessOf(value: unknown): SharpnessSpec | undefined {
  const { epsilon, samples } = fieldsOf<Partial<SharpnessSpec>>(value, { epsilon: number, samples: number }) ?? {};
  return epsilon === undefined || samples === undefined ? undefined : { epsilon, samples };
}

type Readers<T> = { readonly [K in keyof T]-?: (value: unknown) => T[K] | undefined };

/** An object of nothing but these fields, each as its reader takes it; fields that are undefined are left out. */
function fieldsOf<T extends object>(value: unknown, readers: Readers<T>): T | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const fields: Record<string, unknown> = {};
  for (const [name, given] of Object.entries(value as Fields)) {
    if (given === undefined) continue;
    if (!Object.hasOwn(readers, name)) return undefined;
    const read = readers[name as keyof T](given);
    if (read === undefined) return undefined;
    fields[name] = read;
  }
  return fields as T;
}

function named(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function pair(value: unknown): readonly [number, number] | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const [first, second] = value as readonly unknown[];
  return typeof first === "number" && typeof second === "number" ? [first, second] : undefined;
}
