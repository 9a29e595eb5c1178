import { ints } from "../../build";
import type { Attribute, GraphNode } from "../../graph";
import { integersOf, internalDomain } from "../internal";
import type { Attributes, Builder, Name, Rules } from "../rule";
import { range } from "../shapes";

/**
 * Convolution is one trilinear form T(x, w, d) = Σ Conv(x, w)·d, and its three partial derivatives Conv(x, w),
 * ConvInputGrad(d, w) and ConvFilterGrad(x, d), all with the same attributes, are closed under differentiation.
 */
interface Form {
  conv(x: Name, w: Name): Name;
  /** `shape` is that of x. */
  inputGrad(d: Name, w: Name, shape: readonly number[]): Name;
  /** `shape` is that of w. */
  filterGrad(x: Name, d: Name, shape: readonly number[]): Name;
}

function formOf(build: Builder, attributes: Attributes): Form {
  const shapeOf = (name: Name): Attribute => ints(...build.typeOf(name).shape);
  const internal = (op: string, inputs: readonly Name[], shapes: Attributes): Name =>
    build.node(op, inputs, { ...attributes, ...shapes }, internalDomain);
  return {
    conv: (x, w) => build.node("Conv", [x, w], attributes),
    inputGrad: (d, w, shape) => internal("ConvInputGrad", [d, w], { shape: ints(...shape), filter_shape: shapeOf(w) }),
    filterGrad: (x, d, shape) => internal("ConvFilterGrad", [x, d], { shape: ints(...shape), input_shape: shapeOf(x) }),
  };
}

/** The attributes of a node that are those of the Conv it belongs to. */
function convAttributes(node: GraphNode): Attributes {
  const names = ["kernel_shape", "strides", "dilations", "pads", "group"];
  return Object.fromEntries(
    names.flatMap((name) => {
      const attribute = node.attributes[name];
      return attribute ? [[name, attribute]] : [];
    }),
  );
}

/** Cotangent of a bias: the sum over everything but the channels; first over what lies together, which is faster. */
function biasGrad(build: Builder, d: Name): Name {
  const positions = range(build.typeOf(d).shape.length).slice(2);
  return build.reduceSum(build.reduceSum(d, positions, false), [0], false);
}

/** The Conv whose adjoint a ConvTranspose is, and the part of the result that this Conv's windows reach. */
interface Adjoint {
  readonly attributes: Attributes;
  /** How many elements at the end of each spatial axis no window reaches. */
  readonly beyond: readonly number[];
}

/**
 * Where `output_padding` is below the stride, the attributes of both are the same. Where it is not (which dilation
 * allows), that many elements are taken off the end padding, and what is left over lies beyond every window.
 */
function adjointOf(node: GraphNode): Adjoint {
  const attributes = convAttributes(node);
  const strides = integersOf(node, "strides") ?? [];
  const pads = integersOf(node, "pads") ?? [];
  const extra = integersOf(node, "output_padding") ?? [];
  const rank = pads.length / 2;
  if (!extra.some((amount, axis) => amount >= (strides[axis] ?? 1))) {
    return { attributes, beyond: extra.map(() => 0) };
  }
  const after = pads.slice(rank);
  const shortened = after.map((amount, axis) => Math.max(0, amount - extra[axis]!));
  return {
    attributes: { ...attributes, pads: ints(...pads.slice(0, rank), ...shortened) },
    beyond: extra.map((amount, axis) => Math.max(0, amount - after[axis]!)),
  };
}

/** x without the last elements of its spatial axes. */
function cropped(build: Builder, x: Name, beyond: readonly number[]): Name {
  const axes = beyond.flatMap((count, axis) => (count > 0 ? [axis] : []));
  if (axes.length === 0) return x;
  const { shape } = build.typeOf(x);
  return build.slice(
    x,
    axes.map(() => 0),
    axes.map((axis) => shape[axis + 2]! - beyond[axis]!),
    axes.map((axis) => axis + 2),
  );
}

/**
 * Rules of Conv(x, w[, b]), ConvTranspose(x, w[, b]), ConvInputGrad(d, w) and ConvFilterGrad(x, d), for any number of
 * spatial axes, stride, dilation, padding and grouping.
 */
export const convolutions: Rules = {
  Conv: ({ node, build, cotangents: [d], wanted }) => {
    if (d === undefined) return [];
    const [x, w] = node.inputs as [Name, Name];
    const form = formOf(build, convAttributes(node));
    return [
      wanted[0] ? form.inputGrad(d, w, build.typeOf(x).shape) : undefined,
      wanted[1] ? form.filterGrad(x, d, build.typeOf(w).shape) : undefined,
      wanted[2] ? biasGrad(build, d) : undefined,
    ];
  },

  ConvTranspose: ({ node, build, cotangents: [d], wanted }) => {
    if (d === undefined) return [];
    const [x, w] = node.inputs as [Name, Name];
    const { attributes, beyond } = adjointOf(node);
    const form = formOf(build, attributes);
    const reached = cropped(build, d, beyond);
    return [
      wanted[0] ? form.conv(reached, w) : undefined,
      wanted[1] ? form.filterGrad(reached, x, build.typeOf(w).shape) : undefined,
      wanted[2] ? biasGrad(build, d) : undefined,
    ];
  },

  "internal.ConvInputGrad": ({ node, build, cotangents: [u], wanted }) => {
    if (u === undefined) return [];
    const [d, w] = node.inputs as [Name, Name];
    const form = formOf(build, convAttributes(node));
    return [
      wanted[0] ? form.conv(u, w) : undefined,
      wanted[1] ? form.filterGrad(u, d, build.typeOf(w).shape) : undefined,
    ];
  },

  "internal.ConvFilterGrad": ({ node, build, cotangents: [u], wanted }) => {
    if (u === undefined) return [];
    const [x, d] = node.inputs as [Name, Name];
    const form = formOf(build, convAttributes(node));
    return [
      wanted[0] ? form.inputGrad(d, u, build.typeOf(x).shape) : undefined,
      wanted[1] ? form.conv(x, u) : undefined,
    ];
  },
};
