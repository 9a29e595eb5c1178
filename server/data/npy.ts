import { basename } from "node:path";
import { corrupt } from "../files/faults";
import { npyHeadBytes, numberType, parseNpy, parseNpyHeader } from "../files/npy";
import { headOf } from "../files/source";
import { widthOf } from "../graph/elements";
import { sizeOf } from "../graph/tensor";
import { arraySamples, plainContent, type ArrayLayout } from "./arrays";
import { findLabels, labelNames } from "./beside";
import type { DataFormat } from "./dataset";
import { fromFile, withFile } from "./file";
import { mismatch } from "./problems";

/** Two `.npy` files, `x_test.npy` and `y_test.npy`; the study names the samples' one. */
export const npyFormat: DataFormat = {
  label: ".npy",
  match: (path, head) => head !== undefined && (/\.npy$/i.test(path) || isNpy(head)),
  async open(path, asked) {
    const layout = await readLayout(path);
    const name = basename(path);
    if (layout.shape.length < 2) {
      const found = `holds an array of shape [${layout.shape.join(", ")}], so it is a file of labels`;
      const advice = "Choose the file of samples; the labels are found beside it.";
      throw mismatch(path, "This file holds labels", found, advice);
    }
    const labels = await findLabels(path, asked.y, labelNames(name));
    const y = await withFile(labels, async (file) => parseNpy(await file.read(0, file.size), basename(labels), labels));
    return {
      path,
      files: [path, labels],
      x: { dtype: layout.dtype, shape: layout.shape },
      y,
      names: { x: name, y: basename(labels) },
      asked: { y: labels },
      notices: [],
      samples: (indices) => fromFile(path, (file) => arraySamples(plainContent(file), layout, indices)),
    };
  },
};

function readLayout(path: string): Promise<ArrayLayout> {
  return withFile(path, async (file) => {
    const name = basename(path);
    const header = parseNpyHeader(await headOf(file, npyHeadBytes), name, path);
    const dtype = numberType(header, name, path);
    const size = header.offset + sizeOf(header.shape) * widthOf(dtype);
    if (size !== file.size) {
      const expected = `[${header.shape.join(", ")}] of ${dtype}`;
      throw corrupt(path, `is damaged: it should hold ${expected} in ${size} bytes but has ${file.size}`);
    }
    return { ...header, dtype, bigEndian: header.descr.startsWith(">") };
  });
}

function isNpy(head: Uint8Array): boolean {
  return head[0] === 0x93 && String.fromCharCode(...head.subarray(1, 6)) === "NUMPY";
}
