import type { Parameter } from "../../graph/graph";
import { sizeOf } from "../../graph/tensor";
import { readValues } from "./source";
import type { WeightSource } from "./source";

/** Scalar products of all pairs of rows: symmetric, row by row, in float64. */
export type GramMatrix = readonly Float64Array[];

/** Bytes of one parameter's values that are held at a time, unless told otherwise. */
const defaultMemory = 2 ** 30;

/** Entries whose differences are held in float64 at a time; products are summed in blocks of as many. */
const blockLength = 2048;

/** Consecutive checkpoints, and their values of one parameter. */
interface Group {
  readonly first: number;
  readonly values: readonly Float32Array[];
}

/**
 * The Gram matrix G of the rows θᵢ − θ_N, G_ij = (θᵢ − θ_N)·(θⱼ − θ_N) over the given parameters, T × T for T checkpoints,
 * in float64.
 *
 * Tensors are streamed. Of one parameter with n values the T versions are held at a time, 4·T·n bytes; where that is more
 * than `memory`, they are held in two groups that are as large as fits, at least one checkpoint each (8·n bytes), and
 * read again for every pair of groups. Beside that 8·T·2048 bytes for differences, and the matrix: never a matrix of
 * parameters by parameters, never a whole checkpoint. T²·n/2 multiplications.
 *
 * @param sources the checkpoints, without the model itself or with it (then its row is zero)
 * @param origin θ_N, the values of the model, by name
 * @param parameters over which the path is taken (`compared`)
 * @throws ProblemError `file-unsupported` when a checkpoint has a value that is not finite; what reading throws
 */
export async function gramMatrix(
  sources: readonly WeightSource[],
  origin: ReadonlyMap<string, Float32Array>,
  parameters: readonly Parameter[],
  memory = defaultMemory,
): Promise<GramMatrix> {
  const gram = sources.map(() => new Float64Array(sources.length));
  for (const { name, tensor } of parameters) {
    const own = origin.get(name);
    if (!own) throw new RangeError(`The origin lacks ${name}.`);
    const size = groupSize(sources.length, 4 * sizeOf(tensor.shape), memory);
    const starts = sources.map((_, i) => i).filter((i) => i % size === 0);
    const read = async (first: number): Promise<Group> => ({
      first,
      values: await readAll(sources.slice(first, first + size), name, own.length),
    });
    for (const [k, start] of starts.entries()) {
      const group = await read(start);
      addWithin(gram, group, own);
      for (const other of starts.slice(k + 1)) addAcross(gram, group, await read(other), own);
    }
  }
  return gram;
}

/** How many checkpoints' values are read at once: all, or half of what fits. */
function groupSize(count: number, bytes: number, memory: number): number {
  return count * bytes <= memory ? Math.max(1, count) : Math.max(1, Math.floor(memory / (2 * bytes)));
}

async function readAll(
  sources: readonly WeightSource[],
  name: string,
  length: number,
): Promise<readonly Float32Array[]> {
  const values: Float32Array[] = [];
  for (const source of sources) values.push(await readValues(source, name, length));
  return values;
}

function addWithin(gram: GramMatrix, { first, values }: Group, own: Float32Array): void {
  for (let from = 0; from < own.length; from += blockLength) {
    const rows = differences(values, own, from);
    rows.forEach((row, i) => {
      for (let j = i; j < rows.length; j++) addPair(gram, first + i, first + j, dot(row, rows[j]!));
    });
  }
}

function addAcross(gram: GramMatrix, a: Group, b: Group, own: Float32Array): void {
  for (let from = 0; from < own.length; from += blockLength) {
    const [left, right] = [differences(a.values, own, from), differences(b.values, own, from)];
    left.forEach((row, i) => {
      right.forEach((other, j) => {
        addPair(gram, a.first + i, b.first + j, dot(row, other));
      });
    });
  }
}

function addPair(gram: GramMatrix, i: number, j: number, product: number): void {
  gram[i]![j]! += product;
  if (i !== j) gram[j]![i]! += product;
}

/** θᵢ − θ_N in float64 for one block of entries. */
function differences(values: readonly Float32Array[], own: Float32Array, from: number): readonly Float64Array[] {
  const to = Math.min(own.length, from + blockLength);
  return values.map((row) => {
    const difference = new Float64Array(to - from);
    for (let i = from; i < to; i++) difference[i - from] = row[i]! - own[i]!;
    return difference;
  });
}

/** Four sums at a time: a single one would make every addition wait for the last. */
function dot(a: Float64Array, b: Float64Array): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  const whole = a.length - (a.length % 4);
  for (let i = 0; i < whole; i += 4) {
    s0 += a[i]! * b[i]!;
    s1 += a[i + 1]! * b[i + 1]!;
    s2 += a[i + 2]! * b[i + 2]!;
    s3 += a[i + 3]! * b[i + 3]!;
  }
  for (let i = whole; i < a.length; i++) s0 += a[i]! * b[i]!;
  return s0 + s1 + (s2 + s3);
}
