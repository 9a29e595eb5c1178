import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import path from "node:path";
import { corrupt, unsupported, unwritable } from "../files/faults";
import { npyParts } from "../files/npy";
import { NumpyArchive } from "../files/npz";
import { tensorOf } from "../files/strides";
import { ZipWriter } from "../files/zipWriter";
import { isFloating, toFloat32 } from "../graph/elements";
import type { Parameter } from "../graph/graph";
import type { Tensor } from "../graph/tensor";
import { readReferenceDirections, writeReferenceDirections } from "./reference/directions";
import { readHeader } from "./safetensors/header";
import { writeSafetensors } from "./safetensors/write";
import { withSource } from "./source";

/** One or two directions by parameter name; a parameter that is absent is not moved. */
export interface SavedDirections {
  readonly first: ReadonlyMap<string, Float32Array>;
  readonly second?: ReadonlyMap<string, Float32Array>;
}

/** Arrays of a file by name, read one by one. */
interface Arrays {
  readonly names: readonly string[];
  read(name: string): Promise<Tensor>;
}

const advice = "Choose directions that were saved for this model, as arrays x/NAME and y/NAME for its parameters.";

/**
 * Reads saved directions: `.npz` or `.safetensors` with `x/NAME` and, for surfaces, `y/NAME` for parameters of the model,
 * or the `.h5` of the authors' code. Parameters without an array are not moved.
 *
 * @param model name of the model, for messages.
 * @returns values as float32, exact for 32- and 16-bit floats, and how to call them in words.
 * @throws ProblemError `file-missing`, `file-corrupt`; `file-unsupported` when nothing matches, a shape differs, or the
 *   file moves a parameter that the model does not have.
 */
export async function readDirections(
  file: string,
  parameters: readonly Parameter[],
  model: string,
): Promise<SavedDirections & { readonly label: string }> {
  const label = `from ${path.basename(file)}`;
  switch (kindOf(file)) {
    case "npz":
      return withSource(file, async (source) => {
        const archive = await NumpyArchive.open(source);
        return { ...(await byName(file, archive, parameters, model)), label };
      });
    case "safetensors":
      return withSource(file, async (source) => {
        const stored = await readHeader(source);
        const arrays: Arrays = {
          names: [...stored.keys()],
          async read(name) {
            const { dtype, shape, position, length } = stored.get(name)!;
            return tensorOf(dtype, shape, await source.read(position, length));
          },
        };
        return { ...(await byName(file, arrays, parameters, model)), label };
      });
    case "h5":
      return { ...(await readReferenceDirections(file, parameters, model)), label };
  }
}

type Kind = "npz" | "safetensors" | "h5";

function kindOf(file: string): Kind {
  const ending = path.extname(file).toLowerCase();
  if (ending === ".npz") return "npz";
  if (ending === ".safetensors") return "safetensors";
  if (ending === ".h5" || ending === ".hdf5") return "h5";
  throw unsupported(file, "is no file of directions; .npz, .safetensors or .h5 was expected", advice);
}

async function byName(
  file: string,
  arrays: Arrays,
  parameters: readonly Parameter[],
  model: string,
): Promise<SavedDirections> {
  const known = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  const directions = { x: new Map<string, Float32Array>(), y: new Map<string, Float32Array>() };
  for (const fullName of arrays.names) {
    const [, axis, name] = /^([xy])\/(.+)$/s.exec(fullName) ?? [];
    if (name === undefined) continue;
    const values = await readValues(file, arrays, fullName, known.get(name), model);
    if (values) directions[axis as "x" | "y"].set(name, values);
  }
  const { x: first, y: second } = directions;
  if (first.size === 0) {
    const found = `does not fit ${model}: it has no array x/NAME for any of its parameters`;
    throw unsupported(file, found, advice, [`x/${parameters[0]?.name ?? ""} missing`]);
  }
  return second.size > 0 ? { first, second } : { first };
}

/** Values for a parameter; undefined for zeros of a parameter that the model does not have. */
async function readValues(
  file: string,
  arrays: Arrays,
  fullName: string,
  parameter: Parameter | undefined,
  model: string,
): Promise<Float32Array | undefined> {
  const tensor = await arrays.read(fullName);
  if (!isFloating(tensor.dtype)) {
    throw unsupported(file, `holds ${fullName} as ${tensor.dtype}`, "Save directions as float32.");
  }
  const values = toFloat32(tensor);
  if (!values.every(Number.isFinite)) throw corrupt(file, `holds values in ${fullName} that are not finite`, advice);
  if (!parameter) {
    if (values.every((value) => value === 0)) return undefined;
    const found = `does not fit ${model}: it moves ${fullName.slice(2)}, which the model does not have`;
    throw unsupported(file, found, advice, [`${fullName} [${tensor.shape.join(", ")}] against nothing`]);
  }
  const { shape } = parameter.tensor;
  if (tensor.shape.length !== shape.length || tensor.shape.some((extent, axis) => extent !== shape[axis])) {
    const fact = `${fullName} [${tensor.shape.join(", ")}] against [${shape.join(", ")}]`;
    throw unsupported(file, `does not fit ${model}: ${fact}`, advice, [fact]);
  }
  return values;
}

/**
 * Writes directions as `readDirections` reads them, in the format that the name's ending says. The file appears whole or
 * not at all. `.npz` and `.safetensors` are the same to the last byte for the same directions; `.h5` is not, as HDF5
 * notes times.
 *
 * @param parameters of the model; those without values are left out, or written as zeros where the format numbers them.
 * @throws ProblemError `file-unsupported`, `too-large`; `file-missing` when it cannot be written.
 */
export async function writeDirections(
  file: string,
  directions: SavedDirections,
  parameters: readonly Parameter[],
): Promise<void> {
  const kind = kindOf(file);
  const draft = `${file}.${randomUUID()}.part`;
  try {
    if (kind === "h5") {
      const { first, second } = directions;
      const groups = [["xdirection", first] as const, ...(second ? [["ydirection", second] as const] : [])];
      await writeReferenceDirections(file, draft, groups, parameters);
    } else await writeByName(file, draft, kind, directions, parameters);
    await rename(draft, file).catch((error: unknown) => {
      throw unwritable(file, error);
    });
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

async function writeByName(
  file: string,
  draft: string,
  kind: "npz" | "safetensors",
  { first, second }: SavedDirections,
  parameters: readonly Parameter[],
): Promise<void> {
  const tensors = new Map<string, Tensor & { readonly data: Float32Array }>();
  for (const [axis, values] of [["x", first] as const, ["y", second] as const]) {
    for (const { name, tensor } of parameters) {
      const data = values?.get(name);
      if (data) tensors.set(`${axis}/${name}`, { dtype: "float32", shape: tensor.shape, data });
    }
  }
  const handle = await open(draft, "wx").catch((error: unknown) => {
    throw unwritable(file, error);
  });
  try {
    if (kind === "safetensors") await writeSafetensors(handle, tensors);
    else {
      const zip = new ZipWriter(handle, file);
      for (const [name, tensor] of tensors) await zip.add(`${name}.npy`, npyParts(tensor));
      await zip.finish();
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}
