import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { strFromU8, unzipSync } from "fflate";
import { parseNpy } from "../../server/files/npy";
import type { Tensor } from "../../server/graph/tensor";

const folder = join(__dirname, "..", "fixtures", "keras-layers");

/** A model of `test/fixtures/keras-layers`, and what Keras makes of one batch unless it is to be refused. */
export interface KerasCase {
  readonly name: string;
  /** The `.keras` file. */
  readonly model: Uint8Array;
  /** The same model in HDF5 of the older layout, for some. */
  readonly older?: Uint8Array;
  /** Its `config.json`. */
  readonly config: unknown;
  /** Shapes of Keras' variables by path. */
  readonly variables: Readonly<Record<string, readonly number[]>>;
  readonly computed?: { readonly input: Tensor; readonly output: Tensor };
}

type Files = Readonly<Record<string, Uint8Array>>;

function caseOf(files: Files, name: string): KerasCase {
  const array = (what: string): Tensor => parseNpy(Uint8Array.from(files[`${name}.${what}.npy`]!), what, folder);
  const model = files[`${name}.keras`]!;
  return {
    name,
    model,
    config: JSON.parse(strFromU8(unzipSync(model)["config.json"]!)) as unknown,
    variables: JSON.parse(strFromU8(files[`${name}.variables.json`]!)) as KerasCase["variables"],
    ...(`${name}.h5` in files && { older: files[`${name}.h5`]! }),
    ...(`${name}.input.npy` in files && { computed: { input: array("input"), output: array("output") } }),
  };
}

/** All cases, the families one after another. */
export function kerasCases(): readonly KerasCase[] {
  const families = readdirSync(folder).filter((file) => file.endsWith(".zip.gz"));
  return families.flatMap((family) => {
    const files = unzipSync(gunzipSync(readFileSync(join(folder, family))));
    const names = Object.keys(files).filter((file) => file.endsWith(".keras"));
    return names.map((file) => caseOf(files, file.slice(0, -".keras".length)));
  });
}

/** Calls `visit` for every object of a description. */
function everyObject(value: unknown, visit: (object: Readonly<Record<string, unknown>>) => void): void {
  if (Array.isArray(value)) return value.forEach((each) => everyObject(each, visit));
  if (typeof value !== "object" || value === null) return;
  visit(value as Readonly<Record<string, unknown>>);
  Object.values(value).forEach((each) => everyObject(each, visit));
}

/** Class names of the layers that a description has, those in other layers included. */
export function classesIn(config: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  everyObject(config, ({ module, class_name: name }) => {
    if (typeof name === "string" && module === "keras.layers") found.add(name);
  });
  return found;
}

/** Names of the activation functions that a description has. */
export function functionsIn(config: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  everyObject(config, ({ activation, recurrent_activation: gates }) => {
    for (const name of [activation, gates]) if (typeof name === "string") found.add(name);
  });
  return found;
}

/** A folder for the model files that are opened. */
export class ModelFolder {
  private readonly path = mkdtempSync(join(tmpdir(), "keras-layers-"));

  /** Writes a model and returns its path. */
  write({ name, model }: KerasCase): string {
    return this.put(`${name}.keras`, model);
  }

  /** Writes a model in the older layout and returns its path. */
  writeOlder({ name, older }: KerasCase): string {
    return this.put(`${name}.h5`, older!);
  }

  private put(name: string, bytes: Uint8Array): string {
    const file = join(this.path, name);
    writeFileSync(file, bytes);
    return file;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
