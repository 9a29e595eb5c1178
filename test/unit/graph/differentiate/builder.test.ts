import { describe, expect, test } from "vitest";
import { graphOf, node, parameter, valueInfo } from "../../../../server/graph/build";
import { canonicalise } from "../../../../server/graph/canonical/canonical";
import { GraphBuilder } from "../../../../server/graph/differentiate/builder";
import type { Name } from "../../../../server/graph/differentiate/rule";
import type { DataType } from "../../../../server/graph/tensor";
import { random, real } from "../../../support/derivatives";
import { evaluateReference } from "../../../support/reference";

/** A builder over the parameters x [2, 3], y [3] and z [2, 3], and the node t = Tanh(x). */
function start(): GraphBuilder {
  return new GraphBuilder(
    canonicalise(
      graphOf({
        inputs: [],
        outputs: [valueInfo("t", [2, 3], "float64")],
        nodes: [node("Tanh", ["x"], ["t"])],
        parameters: [
          parameter("x", random([2, 3], 1)),
          parameter("y", random([3], 2)),
          parameter("z", random([2, 3], 3)),
        ],
      }),
      {},
    ),
  );
}

const dtype: DataType = "float64";
const shapeOf = (build: GraphBuilder, name: Name): readonly number[] => build.typeOf(name).shape;

/** What a value is, evaluated. */
function valueOf(build: GraphBuilder, value: Name): { shape: readonly number[]; elements: number[] } {
  const { graph } = build.finish([{ name: "result", value }]);
  const { shape, data } = evaluateReference(graph, {}).result!;
  return { shape, elements: Array.from(data, Number) };
}

/** The operators that a value takes. */
function costOf(build: GraphBuilder, value: Name): string[] {
  return build.finish([{ name: "result", value }]).graph.nodes.map(({ op }) => op);
}

describe("common subexpressions", () => {
  test("equal nodes are made once, existing ones included", () => {
    const build = start();
    expect(build.node("Tanh", ["x"])).toBe("t");
    expect(build.add("x", "y")).toBe(build.add("y", "x"));
    expect(build.mul("x", "y")).toBe(build.mul("y", "x"));
    expect(build.sub("x", "y")).not.toBe(build.sub("y", "x"));
    expect(build.transpose("x", [1, 0])).not.toBe(build.transpose("z", [1, 0]));
  });

  test("equal constants are one, of different types or shapes are not", () => {
    const build = start();
    expect(build.constant(real([2], [1, 2]))).toBe(build.constant(real([2], [1, 2])));
    expect(build.constant(real([2], [1, 2]))).not.toBe(build.constant(real([1, 2], [1, 2])));
    expect(build.scalar(1, "float64")).not.toBe(build.scalar(1, "float32"));
    expect(build.scalar(0, "float64")).not.toBe(build.scalar(-0, "float64"));
  });
});

describe("neutral elements", () => {
  const build = start();
  const [zero, one] = [build.scalar(0, dtype), build.scalar(1, dtype)];
  const ones = build.expand(one, [2, 3]);

  test.each<readonly [string, () => Name, Name]>([
    ["x + 0", () => build.add("x", zero), "x"],
    ["0 + x", () => build.add(build.zeros([2, 3], dtype), "x"), "x"],
    ["x − 0", () => build.sub("x", zero), "x"],
    ["1 · x", () => build.mul(one, "x"), "x"],
    ["x · ones", () => build.mul("x", ones), "x"],
    ["x ÷ 1", () => build.div("x", one), "x"],
    ["−(−x)", () => build.neg(build.neg("x")), "x"],
    ["x¹", () => build.power("x", 1), "x"],
    ["x cast to its own type", () => build.cast("x", dtype), "x"],
    ["x in its own shape", () => build.reshape("x", [2, 3]), "x"],
    ["x spread over its own shape", () => build.node("Expand", ["x", build.integers([3])]), "x"],
    ["x summed over no axes", () => build.reduceSum("x", []), "x"],
    ["all of x", () => build.slice("x", [0, 0], [2, 3], [0, 1]), "x"],
    ["x padded by nothing", () => build.pad("x", [0, 0, 0, 0]), "x"],
    ["x alone, joined", () => build.concat(["x"], 0), "x"],
  ])("%s is x", (_, make, expected) => {
    expect(make()).toBe(expected);
  });

  test("0 · x, 0 ÷ x, 0 × z and sums of zeros are zeros of the result's shape", () => {
    for (const [value, shape] of [
      [build.mul("y", build.zeros([2, 1], dtype)), [2, 3]],
      [build.div(zero, "x"), [2, 3]],
      [build.matmul("x", build.zeros([3, 5], dtype)), [2, 5]],
      [build.reduceSum(build.zeros([2, 3], dtype), [1]), [2, 1]],
      [build.transpose(build.zeros([2, 3], dtype), [1, 0]), [3, 2]],
    ] as const) {
      expect(build.uniformOf(value)).toBe(0);
      expect(shapeOf(build, value)).toEqual(shape);
    }
  });

  test("what is neutral but broadcasts is spread out", () => {
    const value = build.mul("y", ones);
    expect(shapeOf(build, value)).toEqual([2, 3]);
    expect(costOf(build, value)).toEqual(["Expand"]);
    expect(shapeOf(build, build.add(build.zeros([4, 1], dtype), "y"))).toEqual([4, 3]);
  });
});

describe("known numbers", () => {
  test("factors are multiplied", () => {
    const build = start();
    const twice = build.scale(build.neg(build.scale("x", 3)), 2);
    expect(costOf(build, twice)).toEqual(["Mul"]);
    const x = valueOf(build, "x").elements;
    expect(valueOf(build, twice).elements).toEqual(x.map((value) => -6 * value));
    expect(build.scale(build.scale("x", 4), 0.25)).toBe("x");
  });

  test("signs meet", () => {
    const build = start();
    expect(build.add("x", build.neg("y"))).toBe(build.sub("x", "y"));
    expect(build.sub("x", build.neg("y"))).toBe(build.add("x", "y"));
    expect(build.mul(build.neg("x"), build.neg("z"))).toBe(build.mul("x", "z"));
    expect(build.div(build.neg("x"), "z")).toBe(build.neg(build.div("x", "z")));
  });

  test("sums of what is spread out are multiples", () => {
    const build = start();
    const sum = build.reduceSum(build.expand("y", [4, 2, 3]), [0, 2], false);
    const y = valueOf(build, "y").elements;
    const total = y.reduce((a, b) => a + b);
    expect(costOf(build, sum)).toEqual(["Reshape", "ReduceSum", "Mul", "Expand", "Reshape"]);
    const { shape, elements } = valueOf(build, sum);
    expect(shape).toEqual([2]);
    elements.forEach((value) => expect(value).toBeCloseTo(4 * total, 14));
  });
});

describe("changes of layout", () => {
  test("reshapes and transpositions in a row are one or none", () => {
    const build = start();
    expect(build.transpose(build.transpose("x", [1, 0]), [1, 0])).toBe("x");
    expect(build.reshape(build.reshape("x", [6]), [2, 3])).toBe("x");
    const cube = build.reshape("x", [1, 2, 3]);
    const turned = build.transpose(build.transpose(cube, [2, 0, 1]), [1, 0, 2]);
    expect(turned).toBe(build.transpose(cube, [0, 2, 1]));
  });

  test("axes of extent 1 are moved by a reshape", () => {
    const build = start();
    expect(build.transpose(build.reshape("x", [2, 1, 3]), [1, 0, 2])).toBe(build.reshape("x", [1, 2, 3]));
  });

  test("operands are not spread out where they broadcast", () => {
    const build = start();
    expect(build.add("x", build.expand("y", [2, 3]))).toBe(build.add("x", "y"));
    const alone = build.add(build.expand("y", [2, 3]), "y");
    expect(shapeOf(build, alone)).toEqual([2, 3]);
  });

  test("negative padding crops", () => {
    const build = start();
    const { shape, elements } = valueOf(build, build.pad("x", [-1, 1, 0, -2]));
    const x = valueOf(build, "x").elements;
    expect(shape).toEqual([1, 2]);
    expect(elements).toEqual([0, x[3]]);
  });

  test("sumTo undoes broadcasting", () => {
    const build = start();
    expect(shapeOf(build, build.sumTo("x", []))).toEqual([]);
    expect(shapeOf(build, build.sumTo("x", [1]))).toEqual([1]);
    expect(shapeOf(build, build.sumTo("x", [2, 1]))).toEqual([2, 1]);
    const x = valueOf(build, "x").elements;
    const { elements } = valueOf(build, build.sumTo("x", [3]));
    expect(elements).toEqual([0, 1, 2].map((k) => x[k]! + x[k + 3]!));
  });

  test("a shape that does not fit is refused", () => {
    expect(() => start().expand("x", [3, 3])).toThrow("broadcast");
    expect(() => start().expand("x", [1, 3])).toThrow("broadcast");
  });
});

describe("finishing", () => {
  test("drops what no output needs and names outputs", () => {
    const build = start();
    build.mul("x", "z");
    const value = build.sub("x", "y");
    const { graph, types } = build.finish([
      { name: "first", value },
      { name: "again", value },
      { name: "theta", value: "x" },
    ]);
    expect(graph.nodes.map(({ op, outputs }) => [op, outputs[0]])).toEqual([
      ["Sub", "first"],
      ["Reshape", "again"],
      ["Reshape", "theta"],
    ]);
    expect(types.get("again")).toEqual({ dtype, shape: [2, 3] });
    const results = evaluateReference(graph, {});
    expect(results.again).toEqual(results.first);
    expect([...results.theta!.data]).toEqual(valueOf(build, "x").elements);
  });
});
