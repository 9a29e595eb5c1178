import { basename, extname } from "node:path";
import { corrupt } from "../files/faults";
import type { DataFormat } from "./dataset";
import { fromFile, withFile } from "./file";
import { partsOf, shareIndices } from "./parts";
import { mismatch } from "./problems";
import { readRows } from "./rows";

/** A picture: 32×32 bytes of red, then of green, then of blue. */
const shape = [3, 32, 32];
const pictureBytes = 3072;
/** Records are read together, so many at once. */
const pieceRecords = 1024;

/**
 * The binary version of CIFAR-10 (records of 3073 bytes: label, picture) and CIFAR-100 (3074 bytes: coarse label, fine
 * label, picture). `data_batch_1.bin` stands for all five batches. Of CIFAR-100 the fine labels are taken, unless the
 * study names "coarse" as `y`.
 */
export const cifarBinaryFormat: DataFormat = {
  label: "CIFAR batches",
  match: (path, head) =>
    head !== undefined && /^(.*data_batch_\d+|.*test_batch|train|test)\.bin$/i.test(basename(path)),
  async open(path, asked) {
    const files = await partsOf(path);
    const sizes = await Promise.all(files.map((file) => withFile(file, (source) => Promise.resolve(source.size))));
    const labelBytes = [1, 2].find((bytes) => sizes.every((size) => size > 0 && size % (pictureBytes + bytes) === 0));
    if (labelBytes === undefined) {
      const found = `has ${sizes[0]} bytes, which are no whole records of CIFAR-10 (3073) or CIFAR-100 (3074)`;
      throw corrupt(path, found, "Choose one of CIFAR's own binary files.");
    }
    const position = labelPosition(path, asked.y, labelBytes);
    const record = pictureBytes + labelBytes;
    const counts = sizes.map((size) => size / record);
    const labels: Uint8Array[] = [];
    for (const file of files) labels.push(await readLabels(file, record, position));
    const y = new Uint8Array(Buffer.concat(labels));
    return {
      path,
      files,
      x: { dtype: "uint8", shape: [y.length, ...shape] },
      y: { dtype: "uint8", shape: [y.length], data: y },
      names: { x: "the pictures", y: "the labels" },
      asked: asked.y === undefined ? {} : { y: asked.y },
      notices:
        files.length > 1
          ? [`${basename(files[0]!)} … ${basename(files.at(-1)!, extname(files[0]!))} are read as one.`]
          : [],
      async *samples(indices) {
        for (const { part, indices: own } of shareIndices(indices, counts)) {
          const rows = { start: 0, bytes: record };
          for await (const row of fromFile(files[part]!, (file) => readRows(file, rows, own))) {
            yield { dtype: "uint8", shape, data: row.subarray(labelBytes) };
          }
        }
      },
    };
  },
};

function labelPosition(path: string, asked: string | undefined, labelBytes: number): number {
  const wanted = asked?.replace(/_?labels?$/i, "") ?? "fine";
  if (labelBytes === 1 && asked === undefined) return 0;
  if (labelBytes === 2 && (wanted === "fine" || wanted === "coarse")) return wanted === "fine" ? 1 : 0;
  const advice = `Remove "y" from "data" in the study${labelBytes === 2 ? ', or set it to "fine" or "coarse"' : ""}.`;
  throw mismatch(path, "The labels were not found", `has no labels ${asked}`, advice);
}

function readLabels(path: string, record: number, position: number): Promise<Uint8Array> {
  return withFile(path, async (file) => {
    const labels = new Uint8Array(file.size / record);
    for (let first = 0; first < labels.length; first += pieceRecords) {
      const count = Math.min(pieceRecords, labels.length - first);
      const piece = await file.read(first * record, count * record);
      for (let i = 0; i < count; i++) labels[first + i] = piece[i * record + position]!;
    }
    return labels;
  });
}
