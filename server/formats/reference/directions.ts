import path from "node:path";
import { corrupt, unsupported } from "../../files/faults";
import type { Parameter } from "../../graph/graph";
import { openHdf5, writeHdf5, type Hdf5File } from "../hdf5";
import { modelOrder, type ModelOrder } from "./order";

type Values = Map<string, Float32Array>;

const saveByName =
  'Save the directions by name: `numpy.savez("directions.npz", **{f"{a}/{n}": f[a + "direction"][str(i)][:] for a in "xy" ' +
  "for i, (n, _) in enumerate(model.named_parameters())})`, f being the file opened with h5py.";

/**
 * Reads directions as the authors' code writes them: groups `xdirection` and, for surfaces, `ydirection`, with an array
 * 0, 1, 2, … for each of the model's parameters in PyTorch's order (`modelOrder`). Shapes are compared one by one.
 *
 * @throws ProblemError `file-corrupt`; `file-unsupported` when the directions do not fit the model, or when the order of
 *   the parameters cannot be told and would matter.
 */
export async function readReferenceDirections(
  file: string,
  parameters: readonly Parameter[],
  model: string,
): Promise<{ readonly first: Values; readonly second?: Values }> {
  const hdf5 = await openHdf5(file);
  try {
    const order = modelOrder(parameters);
    const first = readGroup(hdf5, "xdirection", order, model);
    if (!first) throw unsupported(file, "holds no group xdirection, so it is no file of directions", saveByName);
    const second = readGroup(hdf5, "ydirection", order, model);
    return second ? { first, second } : { first };
  } finally {
    hdf5.close();
  }
}

function readGroup(hdf5: Hdf5File, group: string, order: ModelOrder, model: string): Values | undefined {
  const names = hdf5.names(group);
  if (!names) return undefined;
  const { path: file } = hdf5;
  const { parameters, uncertain } = order;
  if (names.length !== parameters.length) {
    const found = `does not fit ${model}: ${group} has ${names.length} tensors, the model ${parameters.length} parameters`;
    const advice = `Directions of "states" with running statistics are not read. ${saveByName}`;
    throw unsupported(file, found, advice, [`${group} ${names.length}`, `${model} ${parameters.length}`]);
  }
  const values: Values = new Map();
  for (const [i, { name, tensor }] of parameters.entries()) {
    const array = hdf5.array([group, String(i)]);
    if (!array) throw corrupt(file, `is damaged: ${group} has no tensor ${i}`);
    const { shape, data } = array;
    if (shape.length !== tensor.shape.length || shape.some((extent, axis) => extent !== tensor.shape[axis])) {
      const fact = `${group}/${i} [${shape.join(", ")}] against ${name} [${tensor.shape.join(", ")}]`;
      throw unsupported(file, `does not fit ${model}: ${fact}`, saveByName, [fact]);
    }
    if (!data.every(Number.isFinite)) throw corrupt(file, `holds values that are not finite in ${group}/${i}`);
    values.set(name, Float32Array.from(data));
  }
  requireOrder(file, group, values, parameters, uncertain);
  return values;
}

/**
 * A misplaced parameter shifts those between its true place and the assumed one, which shapes reveal unless they are of
 * its own shape. Where all of that shape are zero, nothing is mixed up.
 */
function requireOrder(
  file: string,
  group: string,
  values: Values,
  parameters: readonly Parameter[],
  uncertain: readonly Parameter[],
): void {
  const shapes = new Set(uncertain.map(({ tensor }) => tensor.shape.join()));
  const mixed = parameters.some(
    ({ name, tensor }) => shapes.has(tensor.shape.join()) && values.get(name)!.some((value) => value !== 0),
  );
  if (!mixed) return;
  const names = uncertain.slice(0, 3).map(({ name }) => name);
  const found = `cannot be read for sure: the model file does not tell the place of ${names.join(", ")} among its parameters, which ${group} numbers`;
  throw unsupported(file, found, saveByName, names);
}

/**
 * Writes directions as the authors' code does, zeros for parameters that are not moved.
 *
 * @param file what the file will be called.
 * @param draft where it is written.
 * @throws ProblemError `file-unsupported` when the order of the model's parameters cannot be told.
 */
export async function writeReferenceDirections(
  file: string,
  draft: string,
  directions: readonly (readonly [group: string, values: ReadonlyMap<string, Float32Array>])[],
  parameters: readonly Parameter[],
): Promise<void> {
  const order = modelOrder(parameters);
  if (order.uncertain.length > 0) {
    const names = order.uncertain.slice(0, 3).map(({ name }) => name);
    const found = `cannot be written: the model file does not tell the place of ${names.join(", ")} among its parameters`;
    throw unsupported(file, found, `Write ${path.parse(file).name}.npz instead, which goes by names.`, names);
  }
  const groups = directions.map(([group, values]) => {
    const arrays = order.parameters.map(({ name, tensor: { shape, data } }) => {
      return { shape, data: values.get(name) ?? new Float32Array(data.length) };
    });
    return [group, arrays] as const;
  });
  await writeHdf5(file, draft, new Map(groups));
}
