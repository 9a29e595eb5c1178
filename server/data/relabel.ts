import type { Tensor } from "../graph/tensor";
import { ProblemError } from "../protocol/problem";
import type { LabelMapping } from "../protocol/study";
import type { LabelledData } from "./dataset";
import { numberReader } from "./elements";
import { labelsMismatch } from "./problems";

/**
 * The labels of the file as the study wants them counted.
 * @throws ProblemError `labels-mismatch` for a label that the order of the study does not name, `study-invalid` when
 *   labels that are no single numbers are to be put into an order.
 */
export function relabelled(data: LabelledData, mapping: LabelMapping | undefined): LabelledData {
  const { offset = 0, order } = mapping ?? {};
  if (order !== undefined)
    return { ...data, y: ordered(data, order), ...(data.classes ? { classes: order.map(String) } : {}) };
  if (offset === 0) return data;
  const at = numberReader(data.y);
  const { shape, data: values } = data.y;
  return {
    ...data,
    y: { dtype: "float64", shape, data: Float64Array.from({ length: values.length }, (_, i) => at(i) - offset) },
  };
}

function ordered({ path, y, names, classes }: LabelledData, order: readonly (string | number)[]): Tensor {
  const [count = 0, ...others] = y.shape;
  if (others.some((extent) => extent !== 1)) {
    throw new ProblemError({
      reason: "study-invalid",
      title: "The labels cannot be put into an order",
      message: `The study gives an order of labels, but ${names.y} has the shape [${y.shape.join(", ")}], not one label for each sample.`,
      advice: 'Remove "order" from "labels" of "preprocess".',
      file: path,
    });
  }
  const at = numberReader(y);
  const places = new Map(order.map((label, place) => [String(label), place]));
  const known = new Map<number, number>();
  const data = Int32Array.from({ length: count }, (_, i) => {
    const number = at(i);
    let place = known.get(number);
    if (place !== undefined) return place;
    const label = classes?.[number] ?? String(number);
    place = places.get(label);
    if (place === undefined) {
      const found = `has the label ${label} at sample ${i}, which the order of labels in the study does not name`;
      throw labelsMismatch(
        path,
        found,
        'Name it in "order" of "preprocess.labels", in the place of the model\'s output.',
      );
    }
    known.set(number, place);
    return place;
  });
  return { dtype: "int32", shape: [count], data };
}

/** What is done to labels, in words; empty when nothing. */
export function describeLabels({ classes }: LabelledData, mapping: LabelMapping | undefined): string {
  const { offset = 0, order } = mapping ?? {};
  if (order !== undefined) return `labels ${shortList(order)} in this order`;
  if (offset !== 0) return `${offset} subtracted from the labels`;
  return classes ? `classes ${shortList(classes)} in this order` : "";
}

const mostNamed = 12;

/** The first and the last of a list, in words. */
export function shortList(entries: readonly (string | number)[]): string {
  const texts = entries.map((entry) => (String(entry).length > 40 ? `${String(entry).slice(0, 40)}…` : String(entry)));
  return texts.length <= mostNamed
    ? texts.join(", ")
    : `${texts.slice(0, mostNamed - 1).join(", ")}, … ${texts.at(-1)}`;
}
