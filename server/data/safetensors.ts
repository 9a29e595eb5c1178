import { readHeader } from "../files/safetensors";
import { tensorOf } from "../files/strides";
import { arraySamples, plainContent } from "./arrays";
import type { DataFormat } from "./dataset";
import { fromFile, withFile } from "./file";
import { chooseArrays } from "./names";

/** Samples and labels as two tensors of a safetensors file. */
export const safetensorsFormat: DataFormat = {
  label: ".safetensors",
  match: (path, head) => head !== undefined && /\.safetensors$/i.test(path),
  open: (path, asked) =>
    withFile(path, async (file) => {
      const tensors = await readHeader(file);
      const names = chooseArrays(path, tensors, asked);
      const x = tensors.get(names.x)!;
      const y = tensors.get(names.y)!;
      return {
        path,
        files: [path],
        x: { dtype: x.dtype, shape: x.shape },
        y: tensorOf(y.dtype, y.shape, await file.read(y.position, y.length)),
        names,
        asked: names,
        notices: [],
        samples: (indices) =>
          fromFile(path, (again) =>
            arraySamples(plainContent(again, x.position, x.length), { ...x, offset: 0 }, indices),
          ),
      };
    }),
  list: (path) =>
    withFile(path, async (file) => {
      const tensors = await readHeader(file);
      return [...tensors].map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
    }),
};
