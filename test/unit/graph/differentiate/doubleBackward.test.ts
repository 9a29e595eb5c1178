import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { beforeAll, describe, expect, test } from "vitest";
import { readArrays } from "../../../../server/data/npz";
import {
  float,
  graphOf,
  int,
  ints,
  intTensor,
  node,
  parameter,
  string,
  valueInfo,
} from "../../../../server/graph/build";
import { canonicalise } from "../../../../server/graph/canonical/canonical";
import { lossInputs, withLoss } from "../../../../server/graph/differentiate/loss";
import type { GraphNode } from "../../../../server/graph/graph";
import type { Tensor } from "../../../../server/graph/tensor";
import { Derivatives, distance, dot, joined, random, real } from "../../../support/derivatives";
import { scalarOf } from "../../../support/differentiable";

interface Case {
  readonly parameters: Readonly<Record<string, readonly number[]>>;
  readonly seed: number;
  readonly low: number;
  readonly high: number;
}

const folder = join(__dirname, "..", "..", "..", "fixtures", "derivatives");
const cases = JSON.parse(readFileSync(join(folder, "cases.json"), "utf8")) as Readonly<Record<string, Case>>;
let arrays: ReadonlyMap<string, Tensor>;
beforeAll(async () => {
  arrays = await readArrays(join(folder, "double-backward.npz"));
});

const expected = (name: string, what: string): Float64Array => arrays.get(`${name}/${what}`)!.data as Float64Array;

function parametersOf(name: string): Record<string, Tensor> {
  const { parameters, seed, low, high } = cases[name]!;
  return Object.fromEntries(
    Object.entries(parameters).map(([p, shape], k) => [p, random(shape, seed + k, low, high)] as const),
  );
}

/** The vector that the fixture's product was made with. */
function vectorOf(name: string): Float64Array {
  const { parameters, seed } = cases[name]!;
  return joined(Object.values(parameters).map((shape, k) => random(shape, seed + 50 + k)));
}

/** 2⁻¹⁰, which single precision holds exactly. */
const epsilon = float(2 ** -10);

const pooling = (kernel: number[], strides: number[], pads: number[]) => ({
  kernel_shape: ints(...kernel),
  strides: ints(...strides),
  pads: ints(...pads),
});

interface Network {
  readonly nodes: readonly GraphNode[];
  readonly constants?: Readonly<Record<string, Tensor>>;
  readonly opset?: number;
}

const function_ = (op: string, attributes: GraphNode["attributes"] = {}): Network => ({
  nodes: [node(op, ["x"], ["y"], attributes)],
});

const heads = (name: string): GraphNode[] => [
  node("MatMul", ["x", name], [`${name}/flat`]),
  node("Reshape", [`${name}/flat`, "split"], [`${name}/split`]),
  node("Transpose", [`${name}/split`], [`${name}/heads`], { perm: ints(0, 2, 1, 3) }),
];

/** The operators of each case as ONNX has them; the last node's output is y. */
const networks: Readonly<Record<string, Network>> = {
  conv: { nodes: [node("Conv", ["x", "w", "b"], ["y"])] },
  "conv strided": {
    nodes: [node("Conv", ["x", "w"], ["y"], { strides: ints(2, 3), pads: ints(1, 2, 1, 2) })],
  },
  "conv dilated": {
    nodes: [node("Conv", ["x", "w"], ["y"], { dilations: ints(2, 3), pads: ints(1, 1, 1, 1) })],
  },
  "conv grouped": {
    nodes: [node("Conv", ["x", "w"], ["y"], { group: int(2), pads: ints(1, 1, 1, 1), strides: ints(2, 2) })],
  },
  "conv depthwise": { nodes: [node("Conv", ["x", "w"], ["y"], { group: int(3) })] },
  "conv 1d": { nodes: [node("Conv", ["x", "w", "b"], ["y"], { strides: ints(2), pads: ints(1, 1) })] },
  "transposed conv": {
    nodes: [
      node("ConvTranspose", ["x", "w", "b"], ["y"], {
        strides: ints(2, 2),
        pads: ints(1, 1, 1, 1),
        output_padding: ints(1, 1),
      }),
    ],
  },
  "transposed conv grouped": {
    nodes: [node("ConvTranspose", ["x", "w"], ["y"], { strides: ints(1, 2), dilations: ints(2, 1), group: int(2) })],
  },
  "max pool": { nodes: [node("MaxPool", ["x"], ["y"], pooling([3, 3], [2, 2], [1, 1, 1, 1]))] },
  "max pool overlapping": { nodes: [node("MaxPool", ["x"], ["y"], pooling([3, 2], [1, 1], [0, 0, 0, 0]))] },
  "average pool": { nodes: [node("AveragePool", ["x"], ["y"], pooling([2, 2], [2, 1], [0, 0, 0, 0]))] },
  "average pool counting padding": {
    nodes: [node("AveragePool", ["x"], ["y"], { ...pooling([3, 3], [2, 2], [1, 1, 1, 1]), count_include_pad: int(1) })],
  },
  "average pool without padding": {
    nodes: [node("AveragePool", ["x"], ["y"], pooling([3, 3], [2, 2], [1, 1, 1, 1]))],
  },
  linear: { nodes: [node("Gemm", ["x", "w", "b"], ["y"], { transB: int(1) })] },
  softmax: function_("Softmax", { axis: int(1) }),
  "log softmax": function_("LogSoftmax", { axis: int(1) }),
  "layer norm": {
    nodes: [node("LayerNormalization", ["x", "scale", "shift"], ["y"], { axis: int(-1), epsilon })],
  },
  "batch norm": {
    nodes: [node("BatchNormalization", ["x", "scale", "shift", "mean", "variance"], ["y"], { epsilon })],
    constants: { mean: random([3], 8), variance: random([3], 9, 0.5, 2) },
  },
  "group norm": {
    nodes: [node("GroupNormalization", ["x", "scale", "shift"], ["y"], { num_groups: int(2), epsilon })],
    opset: 21,
  },
  attention: {
    nodes: [
      ...heads("q"),
      ...heads("k"),
      ...heads("v"),
      node("Transpose", ["k/heads"], ["k/columns"], { perm: ints(0, 1, 3, 2) }),
      node("MatMul", ["q/heads", "k/columns"], ["scores"]),
      node("Div", ["scores", "width"], ["scaled"]),
      node("Softmax", ["scaled"], ["weights"], { axis: int(-1) }),
      node("MatMul", ["weights", "v/heads"], ["mixed"]),
      node("Transpose", ["mixed"], ["merged"], { perm: ints(0, 2, 1, 3) }),
      node("Reshape", ["merged", "joined"], ["tokens"]),
      node("MatMul", ["tokens", "o"], ["y"]),
    ],
    constants: {
      split: intTensor([4], [1, 3, 2, 2]),
      joined: intTensor([3], [1, 3, -1]),
      width: real([], [Math.sqrt(2)]),
    },
  },
  gelu: function_("Gelu"),
  "gelu tanh": function_("Gelu", { approximate: string("tanh") }),
  tanh: function_("Tanh"),
  sigmoid: function_("Sigmoid"),
  softplus: function_("Softplus"),
  elu: function_("Elu"),
  silu: { nodes: [node("Sigmoid", ["x"], ["gate"]), node("Mul", ["x", "gate"], ["y"])] },
  mish: function_("Mish"),
  relu: function_("Relu"),
  embedding: {
    nodes: [node("Gather", ["table", "tokens"], ["y"])],
    constants: { tokens: intTensor([2, 3], [4, 1, 1, 0, 4, 1]) },
  },
  "cumulative sum": {
    nodes: [node("CumSum", ["x", "axis"], ["y"])],
    constants: { axis: intTensor([], [1]) },
  },
  maximum: { nodes: [node("Max", ["a", "b"], ["y"])] },
  largest: {
    nodes: [node("ReduceMax", ["x", "axes"], ["y"], { keepdims: int(0) })],
    constants: { axes: intTensor([1], [1]) },
  },
  power: { nodes: [node("Pow", ["x", "p"], ["y"])] },
};

describe("operators against PyTorch's double backward, float64", () => {
  test("every case of the fixture is here", () => {
    expect([...Object.keys(networks), "perceptron", "convolutional"]).toEqual(Object.keys(cases));
  });

  test.each(Object.keys(networks))("%s: loss, gradient and H·v to 1e-12", (name) => {
    const derivatives = new Derivatives(scalarOf({ parameters: parametersOf(name), ...networks[name]! }));
    expect(distance([derivatives.lossAt()], expected(name, "loss"))).toBeLessThan(1e-12);
    expect(distance(derivatives.gradientAt(), expected(name, "gradient"))).toBeLessThan(1e-12);
    expect(distance(derivatives.product(vectorOf(name)), expected(name, "product"), 1e-3)).toBeLessThan(1e-12);
  });
});

const dense = (x: string, k: number, y: string): GraphNode =>
  node("Gemm", [x, `w${k}`, `b${k}`], [y], { transB: int(1) });

const classifiers: Readonly<
  Record<string, { readonly input: readonly number[]; readonly nodes: readonly GraphNode[] }>
> = {
  perceptron: {
    input: [5, 4],
    nodes: [
      dense("x", 1, "h1"),
      node("Tanh", ["h1"], ["a1"]),
      dense("a1", 2, "h2"),
      node("Tanh", ["h2"], ["a2"]),
      dense("a2", 3, "logits"),
    ],
  },
  convolutional: {
    input: [5, 1, 8, 8],
    nodes: [
      node("Conv", ["x", "w1", "b1"], ["h1"], { pads: ints(1, 1, 1, 1) }),
      node("Tanh", ["h1"], ["a1"]),
      node("AveragePool", ["a1"], ["p1"], pooling([2, 2], [2, 2], [0, 0, 0, 0])),
      node("Conv", ["p1", "w2", "b2"], ["h2"], { pads: ints(1, 1, 1, 1), strides: ints(2, 2) }),
      node("Tanh", ["h2"], ["a2"]),
      node("Flatten", ["a2"], ["flat"]),
      dense("flat", 3, "logits"),
    ],
  },
};

/** A classifier with the mean cross-entropy over its five samples. */
function classifier(name: string): Derivatives {
  const { input, nodes } = classifiers[name]!;
  const graph = graphOf({
    inputs: [valueInfo("x", ["batch", ...input.slice(1)], "float64")],
    outputs: [valueInfo("logits", ["batch", 3], "float64")],
    nodes,
    parameters: Object.entries(parametersOf(name)).map(([p, tensor]) => parameter(p, tensor)),
  });
  const labels = [0, 2, 1, 2, 0];
  const feeds = {
    x: random(input, 3, -2, 2),
    [lossInputs.targets]: real(
      [5, 3],
      labels.flatMap((label) => [0, 1, 2].map((k) => Number(k === label))),
    ),
    [lossInputs.weights]: real([5], [0.2, 0.2, 0.2, 0.2, 0.2]),
  };
  return new Derivatives(withLoss(canonicalise(graph, { x: input }), { name: "crossEntropy" }), feeds);
}

describe.each(Object.keys(classifiers))("a %s network with cross-entropy, float64", (name) => {
  test("loss, gradient and H·v are PyTorch's to 1e-12", () => {
    const derivatives = classifier(name);
    expect(distance([derivatives.lossAt()], expected(name, "loss"))).toBeLessThan(1e-12);
    expect(distance(derivatives.gradientAt(), expected(name, "gradient"))).toBeLessThan(1e-12);
    expect(distance(derivatives.product(vectorOf(name)), expected(name, "product"))).toBeLessThan(1e-12);
  });

  test("the dense Hessian is symmetric to 1e-14, all its eigenvalues PyTorch's to 1e-9", () => {
    const derivatives = classifier(name);
    const count = derivatives.origin.length;
    const product = derivatives.productsAt();
    const columns = Array.from({ length: count }, (_, k) =>
      product(derivatives.origin.map((_value, j) => Number(j === k))),
    );
    const hessian = new Matrix(columns.map((column) => Array.from(column)));
    expect(Matrix.sub(hessian, hessian.transpose()).abs().max() / hessian.clone().abs().max()).toBeLessThan(1e-14);
    const symmetric = Matrix.add(hessian, hessian.transpose()).mul(0.5);
    const { realEigenvalues } = new EigenvalueDecomposition(symmetric, { assumeSymmetric: true });
    const eigenvalues = Float64Array.from(realEigenvalues).sort();
    expect(distance(eigenvalues, expected(name, "eigenvalues"))).toBeLessThan(1e-9);
  }, 30_000);

  test("products are linear in v", () => {
    const derivatives = classifier(name);
    const product = derivatives.productsAt();
    const count = derivatives.origin.length;
    const [u, v] = [random([count], 1), random([count], 2)].map(({ data }) => data as Float64Array);
    const together = product(u!.map((value, k) => 3 * value - 2 * v![k]!));
    const [hu, hv] = [product(u!), product(v!)];
    expect(
      distance(
        together,
        hu.map((value, k) => 3 * value - 2 * hv[k]!),
      ),
    ).toBeLessThan(1e-13);
    expect(dot(u!, hv)).toBeCloseTo(dot(v!, hu), 12);
  });
});
