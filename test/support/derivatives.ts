import type { Canonical } from "../../server/graph/canonical/canonical";
import { gradientOf } from "../../server/graph/differentiate/gradient";
import { hessianProduct, type HessianProduct } from "../../server/graph/differentiate/hessian";
import type { Graph } from "../../server/graph/graph";
import { sizeOf, type Tensor } from "../../server/graph/tensor";
import { uniform } from "./operatorCase";
import { evaluateReference } from "./reference";

export type Feeds = Readonly<Record<string, Tensor>>;

/** A float64 tensor of given elements. */
export function real(shape: readonly number[], values: ArrayLike<number>): Tensor {
  const data = Float64Array.from(values);
  if (data.length !== sizeOf(shape)) throw new Error(`${data.length} values do not fill [${shape.join(", ")}]`);
  return { dtype: "float64", shape, data };
}

/** A float64 tensor of numbers between `low` and `high`, the same ones for the same arguments. */
export function random(shape: readonly number[], seed: number, low = -1, high = 1): Tensor {
  return real(
    shape,
    uniform(sizeOf(shape), seed).map((u) => low + (high - low) * u),
  );
}

/** A scalar loss in float64 with everything that is needed to differentiate it, evaluated by the reference. */
export class Derivatives {
  readonly names: readonly string[];
  readonly shapes: readonly (readonly number[])[];
  readonly gradientGraph: Canonical;
  readonly hessian: HessianProduct;
  /** The parameters' own values, one after another. */
  readonly origin: Float64Array;

  constructor(
    readonly loss: Canonical,
    readonly feeds: Feeds = {},
    names?: readonly string[],
  ) {
    this.names = names ?? loss.graph.parameters.map(({ name }) => name);
    const tensors = this.names.map((name) => loss.graph.parameters.find((each) => each.name === name)!.tensor);
    this.shapes = tensors.map(({ shape }) => shape);
    this.origin = joined(tensors);
    this.gradientGraph = gradientOf(loss, this.names);
    this.hessian = hessianProduct(loss, this.names);
  }

  /** Loss at θ = `values`, all parameters one after another. */
  lossAt(values: Float64Array = this.origin): number {
    return Number(this.run(this.loss.graph, values).loss!.data[0]);
  }

  gradientAt(values: Float64Array = this.origin): Float64Array {
    const outputs = this.run(this.gradientGraph.graph, values);
    return joined(this.names.map((name) => outputs[`gradient/${name}`]!));
  }

  /** H·v through both stages. */
  product(vector: Float64Array, values: Float64Array = this.origin): Float64Array {
    return this.productsAt(values)(vector);
  }

  /** The first stage at once, the second for every vector that is given. */
  productsAt(values: Float64Array = this.origin): (vector: Float64Array) => Float64Array {
    const cached = this.run(this.hessian.primal, values);
    return (vector) => {
      const vectors = Object.fromEntries(this.split(vector).map((tensor, k) => [`vector/${this.names[k]}`, tensor]));
      const outputs = this.run(this.hessian.product, values, { ...cached, ...vectors });
      return joined(this.names.map((name) => outputs[`product/${name}`]!));
    };
  }

  private run(graph: Graph, values: Float64Array, more: Feeds = {}): Record<string, Tensor> {
    const tensors = new Map(this.split(values).map((tensor, k) => [this.names[k]!, tensor]));
    const parameters = graph.parameters.map((each) => ({ ...each, tensor: tensors.get(each.name) ?? each.tensor }));
    return evaluateReference({ ...graph, parameters }, { ...this.feeds, ...more });
  }

  /** A vector over all parameters as one tensor for each. */
  split(values: Float64Array): Tensor[] {
    let start = 0;
    return this.shapes.map((shape) => {
      const from = start;
      start += sizeOf(shape);
      return real(shape, values.subarray(from, start));
    });
  }
}

/** All elements of some tensors, one after another. */
export function joined(tensors: readonly Tensor[]): Float64Array {
  return Float64Array.from(tensors.flatMap(({ data }) => Array.from(data as ArrayLike<number>)));
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}

/** ‖is − should‖∞ / max(‖should‖∞, floor): for vectors that may be zero, `floor` says what size would have mattered. */
export function distance(is: ArrayLike<number>, should: ArrayLike<number>, floor = 0): number {
  if (is.length !== should.length) throw new Error(`${is.length} numbers where ${should.length} were expected`);
  let [difference, size] = [0, floor];
  for (let k = 0; k < is.length; k++) {
    if (!Number.isFinite(is[k]!) || !Number.isFinite(should[k]!)) return Infinity;
    difference = Math.max(difference, Math.abs(is[k]! - should[k]!));
    size = Math.max(size, Math.abs(should[k]!));
  }
  return difference === 0 ? 0 : difference / size;
}

/**
 * The derivative of f at 0 by central differences of step h and h/2, extrapolated to (4·D(h/2) − D(h))/3: the error is of
 * order h⁴ and, by rounding, ε/h.
 */
export function slope(f: (t: number) => ArrayLike<number>, h = 2 ** -9): Float64Array {
  const central = (step: number): Float64Array => {
    const [up, down] = [f(step), f(-step)];
    return Float64Array.from(up, (value, k) => (value - down[k]!) / (2 * step));
  };
  const [wide, narrow] = [central(h), central(h / 2)];
  return narrow.map((value, k) => (4 * value - wide[k]!) / 3);
}

/** a + t·b */
export function moved(a: Float64Array, t: number, b: Float64Array): Float64Array {
  return a.map((value, k) => value + t * b[k]!);
}

/** Differences between exact derivatives and central differences, relative to the larger of the numbers and 1e-3. */
export interface Deviations {
  readonly gradient: number;
  readonly product: number;
  /** Of u·Hv from v·Hu. */
  readonly symmetry: number;
}

/**
 * Compares the gradient with differences of the loss, element by element, and H·v with differences of the gradient along
 * v, for a random v over all parameters together.
 */
export function deviations(derivatives: Derivatives, seed = 1): Deviations {
  const { origin } = derivatives;
  const gradient = derivatives.gradientAt();
  const differences = origin.map((_, k) => {
    const unit = origin.map((_value, j) => Number(j === k));
    return slope((t) => [derivatives.lossAt(moved(origin, t, unit))])[0]!;
  });
  const [u, v] = [seed, seed + 1].map((each) => random([origin.length], 1000 + each).data as Float64Array);
  const product = derivatives.productsAt();
  const [hu, hv] = [product(u!), product(v!)];
  const change = slope((t) => derivatives.gradientAt(moved(origin, t, v!)));
  const [uhv, vhu] = [dot(u!, hv), dot(v!, hu)];
  return {
    gradient: distance(gradient, differences, 1e-3),
    product: distance(hv, change, 1e-3),
    symmetry: distance([uhv], [vhu], 1e-3),
  };
}
