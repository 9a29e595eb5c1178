import { intTensor } from "../../build";
import { range, stridesOf } from "../../differentiate/shapes";
import { sizeOf } from "../../tensor";
import type { Call } from "../call";
import type { Emitter, Name } from "../emitter";

/** A value with a label for each of its axes; no label twice. */
interface Term {
  readonly value: Name;
  readonly labels: readonly string[];
}

interface Equation {
  readonly terms: readonly (readonly string[])[];
  readonly result: readonly string[];
}

/** Labels of the axes that an ellipsis stands for, counted from the last one, so that they broadcast as in numpy. */
function hidden(count: number): string[] {
  return range(count).map((k) => `…${count - 1 - k}`);
}

function labelsOf(text: string, rank: number): string[] {
  const [before = "", after] = text.split("...");
  if (after === undefined) return [...before];
  return [...before, ...hidden(rank - before.length - after.length), ...after];
}

/** Reads an equation such as `...ij,jk->...ik`; without an arrow, labels that occur once follow in alphabetical order. */
function equationOf(call: Call): Equation {
  const [left = "", right] = call.string("equation", "").replaceAll(" ", "").split("->");
  const terms = left.split(",").map((text, k) => labelsOf(text, call.rank(k)));
  const all = terms.flat();
  const depth = Math.max(0, ...terms.map((labels) => labels.filter((label) => label.startsWith("…")).length));
  if (right !== undefined) {
    const letters = right.replace("...", "").length;
    return { terms, result: labelsOf(right, letters + depth) };
  }
  const once = all.filter((label) => !label.startsWith("…") && all.indexOf(label) === all.lastIndexOf(label));
  return { terms, result: [...hidden(depth), ...once.sort()] };
}

/** A term whose repeated labels are left once, along the diagonal: ii → i. */
function diagonal(emit: Emitter, value: Name, labels: readonly string[]): Term {
  const unique = [...new Set(labels)];
  if (unique.length === labels.length) return { value, labels };
  const shape = emit.shapeOf(value);
  const strides = stridesOf(shape);
  const extents = unique.map((label) => shape[labels.indexOf(label)]!);
  const own = stridesOf(extents);
  const places = range(sizeOf(extents)).map((position) =>
    labels.reduce((sum, label, axis) => {
      const k = unique.indexOf(label);
      return sum + (Math.floor(position / own[k]!) % extents[k]!) * strides[axis]!;
    }, 0),
  );
  const flat = emit.reshape(value, [sizeOf(shape)]);
  return { value: emit.gather(flat, emit.constant(intTensor(extents, places)), 0), labels: unique };
}

/** A term of the given labels in that order; those that it lacks have extent 1. */
function arranged(emit: Emitter, term: Term, labels: readonly string[]): Name {
  const own = labels.filter((label) => term.labels.includes(label));
  const turned = emit.transpose(
    term.value,
    own.map((label) => term.labels.indexOf(label)),
  );
  const shape = emit.shapeOf(turned);
  return emit.reshape(
    turned,
    labels.map((label) => (own.includes(label) ? shape[own.indexOf(label)]! : 1)),
  );
}

/** A term summed over the labels that nothing needs any more. */
function summed(emit: Emitter, { value, labels }: Term, needed: ReadonlySet<string>): Term {
  const axes = range(labels.length).filter((axis) => !needed.has(labels[axis]!));
  return { value: emit.reduceSum(value, axes, false), labels: labels.filter((label) => needed.has(label)) };
}

/** Extents of labels in a product of two terms: an extent of 1 gives way. */
function extentsOf(emit: Emitter, terms: readonly Term[]): ReadonlyMap<string, number> {
  const extents = new Map<string, number>();
  for (const { value, labels } of terms) {
    emit.shapeOf(value).forEach((extent, axis) => {
      const label = labels[axis]!;
      if ((extents.get(label) ?? 1) === 1) extents.set(label, extent);
    });
  }
  return extents;
}

/** The product of two terms, summed over the labels that both have and nothing else needs: one MatMul. */
function product(emit: Emitter, first: Term, second: Term, needed: ReadonlySet<string>): Term {
  const a = summed(emit, first, new Set([...needed, ...second.labels]));
  const b = summed(emit, second, new Set([...needed, ...first.labels]));
  const extents = extentsOf(emit, [a, b]);
  const shared = a.labels.filter((label) => b.labels.includes(label));
  const batch = shared.filter((label) => needed.has(label));
  const inner = shared.filter((label) => !needed.has(label));
  const rows = a.labels.filter((label) => !shared.includes(label));
  const columns = b.labels.filter((label) => !shared.includes(label));
  const shapeOf = (labels: readonly string[]): number[] => labels.map((label) => extents.get(label)!);
  const matrix = (term: Term, outer: readonly string[], last: readonly string[]): Name => {
    const labels = [...batch, ...outer, ...last];
    const whole = emit.expand(arranged(emit, term, labels), shapeOf(labels));
    return emit.reshape(whole, [...shapeOf(batch), sizeOf(shapeOf(outer)), sizeOf(shapeOf(last))]);
  };
  const value = emit.matmul(matrix(a, rows, inner), matrix(b, inner, columns));
  const labels = [...batch, ...rows, ...columns];
  return { value: emit.reshape(value, shapeOf(labels)), labels };
}

/** Einstein's summation as Transpose, Reshape, MatMul and ReduceSum, two operands at a time from the left. */
export function einsum(call: Call): Name {
  const { emit } = call;
  const { terms, result } = equationOf(call);
  const [first, ...others] = terms.map((labels, k) => diagonal(emit, call.input(k), labels));
  let total = first!;
  others.forEach((term, k) => {
    const later = others.slice(k + 1).flatMap(({ labels }) => labels);
    total = product(emit, total, term, new Set([...result, ...later]));
  });
  return arranged(emit, summed(emit, total, new Set(result)), result);
}
