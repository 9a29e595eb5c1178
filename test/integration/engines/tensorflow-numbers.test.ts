import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../../../server/engines/engine";
import { createTensorFlowEngine } from "../../../server/engines/tensorflow/engine";
import { graphOf, intTensor, node, valueInfo } from "../../../server/graph/build";
import type { DataType, Tensor } from "../../../server/graph/tensor";
import { relativeError } from "../../support/compare";
import {
  constant,
  feed,
  graphCase,
  node as caseNode,
  operatorCase,
  tensorOf,
  weight,
  type OperatorCase,
} from "../../support/operatorCase";
import { evaluateReference } from "../../support/reference";

const special = [NaN, Infinity, -Infinity, 2, -3, 0.5, -0.5, 7, 0];

/** NaN and infinities among ordinary numbers, in every channel at other places. */
function image(): Tensor {
  const values = Array.from({ length: 2 * 3 * 5 * 5 }, (_, k) => (k % 7 === 3 ? special[k % 9]! : ((k * 5) % 11) - 5));
  return tensorOf(values, [2, 3, 5, 5], "float32");
}

const unary = (op: string, attributes?: Record<string, number>): OperatorCase =>
  operatorCase(op, "special values", { inputs: [feed(tensorOf(special, [9], "float32"))], attributes });

const ofImages = (op: string, variant: string, attributes?: Record<string, number | readonly number[]>): OperatorCase =>
  operatorCase(op, variant, { inputs: [feed(image())], attributes });

const bound = (value: number) => constant(tensorOf([value], [], "float32"));

/** Every operator whose kernels are known to look past NaN in one of the back ends, and their neighbours. */
const specialCases: readonly OperatorCase[] = [
  // ∞ − ∞ is a NaN with its sign set, which some kernels treat unlike the NaN that is fed.
  ...["Relu", "LeakyRelu", "Elu", "Clip", "HardSigmoid", "Sigmoid", "Softplus", "MaxPool", "GlobalMaxPool"].map((op) =>
    graphCase(`${op} of ∞ − ∞`, {
      values: { x: feed(image()) },
      nodes: [
        caseNode("Sub", ["x", "x"], ["nothing"]),
        caseNode("Add", ["nothing", "x"], ["z"]),
        caseNode(op, ["z"], ["y"], op === "MaxPool" ? { kernel_shape: [2, 2] } : {}),
      ],
      outputs: { y: "float32" },
    }),
  ),
  ...["Max", "Min"].map((op) =>
    graphCase(`${op} with ∞ − ∞ second`, {
      values: { x: feed(image()), a: feed([2, 3, 5, 5]) },
      nodes: [caseNode("Sub", ["x", "x"], ["nothing"]), caseNode(op, ["a", "nothing"], ["y"])],
      outputs: { y: "float32" },
    }),
  ),
  ...[
    "Relu",
    "LeakyRelu",
    "Elu",
    "Selu",
    "Celu",
    "Sigmoid",
    "HardSigmoid",
    "Softplus",
    "Sign",
    "Abs",
    "Exp",
    "Tanh",
  ].map((op) => unary(op)),
  operatorCase("Clip", "to 0 … 6", { inputs: [feed(tensorOf(special, [9], "float32")), bound(0), bound(6)] }),
  operatorCase("Clip", "from below only", { inputs: [feed(tensorOf(special, [9], "float32")), bound(-1)] }),
  operatorCase("PRelu", "special values", { inputs: [feed(tensorOf(special, [9], "float32")), weight([1])] }),
  operatorCase("Max", "special values", { inputs: [feed(tensorOf(special, [9], "float32")), feed([9])] }),
  operatorCase("Min", "special values", { inputs: [feed(tensorOf(special, [9], "float32")), feed([9])] }),
  ofImages("MaxPool", "overlapping", { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
  ofImages("MaxPool", "dilated", { kernel_shape: [2, 2], dilations: [2, 2] }),
  ofImages("AveragePool", "padded", { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
  ofImages("GlobalMaxPool", "special values"),
  ofImages("ReduceMax", "special values"),
  ...[1, 2, 3].flatMap((kernel) =>
    [1, 2].map((outputs) =>
      graphCase(`convolution from 1 channel to ${outputs} with a kernel of ${kernel}, and relu`, {
        values: {
          x: feed(tensorOf([...special, ...special.slice().reverse()], [2, 1, 3, 3], "float32")),
          w: weight([outputs, 1, kernel, kernel]),
        },
        nodes: [caseNode("Conv", ["x", "w"], ["c"]), caseNode("Relu", ["c"], ["y"])],
        outputs: { y: "float32" },
      }),
    ),
  ),
  graphCase("convolution of each channel, and relu", {
    values: { x: feed(image()), w: weight([3, 1, 1, 1]) },
    nodes: [caseNode("Conv", ["x", "w"], ["c"], { group: 3 }), caseNode("Relu", ["c"], ["y"])],
    outputs: { y: "float32" },
  }),
  graphCase("convolution, batch norm and relu in one kernel", {
    values: {
      x: feed(image()),
      w: weight([4, 3, 1, 1], 0.5, 1),
      scale: weight([4], 0.5, 1, 3),
      shift: weight([4], -1, 1, 4),
      mean: weight([4], -1, 1, 5),
      variance: weight([4], 0.5, 1, 6),
    },
    nodes: [
      caseNode("Conv", ["x", "w"], ["c"]),
      caseNode("BatchNormalization", ["c", "scale", "shift", "mean", "variance"], ["n"]),
      caseNode("Relu", ["n"], ["y"]),
    ],
    outputs: { y: "float32" },
  }),
];

/** A graph of one operator on int64 feeds. */
async function whole(engine: Engine, op: string, feeds: readonly Tensor[], out: DataType = "int64"): Promise<Tensor> {
  const names = feeds.map((_, k) => `i${k}`);
  const graph = graphOf({
    inputs: feeds.map(({ shape, dtype }, k) => valueInfo(names[k]!, shape, dtype)),
    outputs: [valueInfo("y", [null], out)],
    nodes: [node(op, names, ["y"])],
  });
  const executable = await engine.compile(graph);
  const { y } = await executable.run(Object.fromEntries(feeds.map((tensor, k) => [names[k]!, tensor])));
  await executable.dispose();
  return y!;
}

for (const backend of ["wasm", "tensorflow"] as const) {
  const missing = await createTensorFlowEngine(backend).then(
    () => undefined,
    (error: Error) => error.message,
  );
  const because = missing === undefined ? "" : `, skipped: ${missing}`;

  describe.skipIf(missing !== undefined)(`numbers on ${backend}${because}`, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await createTensorFlowEngine(backend);
    });
    afterAll(() => engine.dispose());

    test.each(specialCases.map((entry) => [entry.name, entry] as const))("NaN and ∞ through %s", async (_, entry) => {
      const executable = await engine.compile(entry.graph);
      const actual = await executable.run(entry.feeds);
      const expected = evaluateReference(entry.graph, entry.feeds);
      await executable.dispose();
      for (const [name, tensor] of Object.entries(actual)) {
        expect(relativeError(tensor, expected[name]!)).toBeLessThanOrEqual(1e-5);
      }
    });

    test("int64 arithmetic is exact beyond 2⁵³ and wraps as in C", async () => {
      const large = 2n ** 62n + 1n;
      const added = await whole(engine, "Add", [intTensor([2], [large, 2n ** 63n - 1n]), intTensor([2], [2, 1])]);
      expect([...(added.data as BigInt64Array)]).toEqual([large + 2n, -(2n ** 63n)]);
      const product = await whole(engine, "Mul", [intTensor([1], [2n ** 31n + 1n]), intTensor([1], [2n ** 31n - 1n])]);
      expect([...(product.data as BigInt64Array)]).toEqual([2n ** 62n - 1n]);
      const quotient = await whole(engine, "Div", [intTensor([2], [-7, 7]), intTensor([2], [2, -2])]);
      expect([...(quotient.data as BigInt64Array)]).toEqual([-3n, -3n]);
    });

    test("int64 values move unchanged", async () => {
      const values = [-(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n + 1n];
      const joined = await whole(engine, "Concat0", [], "int64").catch((error: unknown) => error);
      expect(joined).toMatchObject({ problem: { reason: "operator-unsupported", facts: ["Concat0"] } });
      const taken = await whole(engine, "Gather", [intTensor([3], values), intTensor([2], [-1, 0])]);
      expect([...(taken.data as BigInt64Array)]).toEqual([values[2], values[0]]);
    });

    test("comparisons of int64 are exact", async () => {
      const pair = [intTensor([2], [2n ** 53n, 2n ** 53n]), intTensor([2], [2n ** 53n + 1n, 2n ** 53n])];
      const equal = await whole(engine, "Equal", pair, "bool");
      expect([...(equal.data as Uint8Array)]).toEqual([0, 1]);
    });

    test("an integer division by zero is refused in words", async () => {
      await expect(whole(engine, "Div", [intTensor([1], [1]), intTensor([1], [0])])).rejects.toMatchObject({
        problem: { reason: "file-unsupported", message: expect.stringContaining("divided by zero") as string },
      });
    });
  });
}
