import type { DataSelection, Layout, Preprocess } from "../protocol/study";
import { oneOf, UsageError } from "./flags";
import type { Flag, Parsed } from "./flags";

/** How samples are prepared; every flag has its field in the study file. */
export const preparationFlags: Readonly<Record<string, Flag>> = {
  scale: { type: "string", value: "FACTOR", help: "multiply samples, e.g. 1/255 (inferred)" },
  mean: { type: "string", value: "M,…", help: "then subtract, one for all or one per channel (0)" },
  std: { type: "string", value: "S,…", help: "then divide by, one for all or one per channel (1)" },
  resize: { type: "string", value: "HxW", help: "resize pictures to height × width (as they are)" },
  color: { type: "string", value: "MODE", help: "convert pictures to grey or rgb (as they are)" },
  layout: { type: "string", value: "ORDER", help: "channels of the file's pictures: NHWC last, NCHW first (by shape)" },
  labels: {
    type: "string",
    value: "offset:N|A,B,…",
    help: "subtract N from labels, or labels in the order of the outputs (as they are)",
  },
};

/** What the flags say of the preparation. @throws UsageError for a value that is not right. */
export function preparationOf({ as }: Parsed): {
  readonly layout: Pick<DataSelection, "layout">;
  readonly preprocess: Partial<Preprocess>;
} {
  const layouts: readonly Layout[] = ["NHWC", "NCHW"];
  return {
    layout: { layout: as("layout", (text) => oneOf("layout", text, layouts)) },
    preprocess: {
      scale: as("scale", (text) => numberOf("scale", text, text)),
      mean: as("mean", (text) => text.split(",").map((part) => numberOf("mean", part, text))),
      std: as("std", (text) => text.split(",").map((part) => numberOf("std", part, text))),
      resize: as("resize", sizeOf),
      color: as("color", (text) => oneOf("color", text, ["grey", "rgb"] as const)),
      labels: as("labels", labelsOf),
    },
  };
}

/** A number or a fraction of two. */
function numberOf(flag: string, part: string, whole: string): number {
  const [numerator = NaN, denominator = 1, ...more] = part
    .split("/")
    .map((number) => (number.trim() === "" ? NaN : Number(number)));
  const value = numerator / denominator;
  if (more.length === 0 && Number.isFinite(value)) return value;
  throw new UsageError(`--${flag} must be made of numbers such as 0.5 or 1/255, but is "${whole}"`);
}

function sizeOf(text: string): readonly [number, number] {
  const [, height, width] = /^(\d+)[x×](\d+)$/.exec(text) ?? [];
  if (height !== undefined && width !== undefined) return [Number(height), Number(width)];
  throw new UsageError(`--resize must be HEIGHTxWIDTH such as 32x32, but is "${text}"`);
}

function labelsOf(text: string): NonNullable<Preprocess["labels"]> {
  const [, offset] = /^offset:(-?\d+)$/.exec(text) ?? [];
  return offset === undefined ? { order: text.split(",") } : { offset: Number(offset) };
}
