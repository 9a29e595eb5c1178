import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import path from "node:path";
import { corrupt, unsupported, unwritable } from "../files/faults";
import { npyParts, numberType } from "../files/npy";
import { NumpyArchive } from "../files/npz";
import { tensorOf } from "../files/strides";
import { ZipWriter } from "../files/zipWriter";
import { isFloating, toFloat32 } from "../graph/elements";
import type { Parameter } from "../graph/graph";
import { sizeOf, type Tensor } from "../graph/tensor";
import type { TensorFacts } from "./checkpoint";
import { readReferenceDirections, writeReferenceDirections } from "./reference/directions";
import { readHeader } from "../files/safetensors";
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
  facts(name: string): Promise<TensorFacts>;
  read(name: string): Promise<Tensor>;
}

/** Most elements of an array for a parameter that the model does not have, which may only be zeros. */
const mostZeros = 2 ** 24;

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
        const arrays: Arrays = {
          names: archive.names,
          async facts(name) {
            const header = await archive.header(name);
            return { dtype: numberType(header, name, file), shape: header.shape };
          },
          read: (name) => archive.read(name),
        };
        return { ...(await byName(file, arrays, parameters, model)), label };
      });
    case "safetensors":
      return withSource(file, async (source) => {
        const stored = await readHeader(source);
        const arrays: Arrays = {
          names: [...stored.keys()],
          facts: (name) => Promise.resolve(stored.get(name)!),
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

/**
 * Values for a parameter; undefined for zeros of a parameter that the model does not have. What does not fit is refused
 * before it is read.
 */
async function readValues(
  file: string,
  arrays: Arrays,
  fullName: string,
  parameter: Parameter | undefined,
  model: string,
): Promise<Float32Array | undefined> {
  const { dtype, shape } = await arrays.facts(fullName);
  if (!isFloating(dtype)) {
    throw unsupported(file, `holds ${fullName} as ${dtype}`, "Save directions as float32.");
  }
  const found = `[${shape.join(", ")}]`;
  const foreign = (): Error => {
    const what = `does not fit ${model}: it moves ${fullName.slice(2)}, which the model does not have`;
    return unsupported(file, what, advice, [`${fullName} ${found} against nothing`]);
  };
  if (!parameter && sizeOf(shape) > mostZeros) throw foreign();
  const wanted = parameter?.tensor.shape;
  if (wanted && (shape.length !== wanted.length || shape.some((extent, axis) => extent !== wanted[axis]))) {
    const fact = `${fullName} ${found} against [${wanted.join(", ")}]`;
    throw unsupported(file, `does not fit ${model}: ${fact}`, advice, [fact]);
  }
  const values = toFloat32(await arrays.read(fullName));
  if (!values.every(Number.isFinite)) throw corrupt(file, `holds values in ${fullName} that are not finite`, advice);
  if (parameter) return values;
  if (values.every((value) => value === 0)) return undefined;
  throw foreign();
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
