import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Group } from "h5wasm/node";

/** A dataset of an HDF5 file, row-major. */
export interface Dataset {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** A folder of an HDF5 file. */
export interface Folder {
  readonly datasets: ReadonlyMap<string, Dataset>;
  readonly folders?: ReadonlyMap<string, Folder>;
  /** Texts that say what it is. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/**
 * The bytes of an HDF5 file. The library (4 MB) is loaded when it is first needed; it writes to files only, so that one is
 * made among the system's temporary files and removed.
 */
export async function toHdf5(root: Folder): Promise<Uint8Array> {
  const h5 = await import(/* webpackChunkName: "hdf5" */ "h5wasm/node");
  await h5.ready;
  const folder = await mkdtemp(path.join(tmpdir(), "loss-landscape-"));
  try {
    const draft = path.join(folder, "draft.h5");
    const file = new h5.File(draft, "w");
    try {
      fill(file, root);
      file.flush();
    } finally {
      file.close();
    }
    return await readFile(draft);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function fill(group: Group, { datasets, folders, attributes }: Folder): void {
  for (const [name, text] of Object.entries(attributes ?? {})) group.create_attribute(name, text);
  for (const [name, { shape, data }] of datasets) {
    group.create_dataset({ name, data, shape: [...shape], dtype: "<d" });
  }
  for (const [name, inner] of folders ?? []) fill(group.create_group(name), inner);
}
