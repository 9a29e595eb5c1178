import { describe, expect, test } from "vitest";
import {
  blockConvolutions,
  blockedDomain,
  hasMovingFilters,
} from "../../../server/engines/onnxruntime/lowering/blocked";
import { graphOf, int, ints, node, parameter, valueInfo } from "../../../server/graph/build";
import type { Graph, GraphNode } from "../../../server/graph/graph";
import { randomTensor } from "../../bench/support/resnet20";

interface Parts {
  readonly channels?: number;
  readonly filters?: number;
  readonly attributes?: GraphNode["attributes"];
  readonly nodes?: readonly GraphNode[];
  readonly outputs?: readonly string[];
}

/** A convolution with filters that are an input, and one with constant filters. */
function graphWith({ channels = 16, filters = 16, attributes = {}, nodes = [], outputs = ["moving"] }: Parts): Graph {
  const common = { kernel_shape: ints(3, 3), pads: ints(1, 1, 1, 1), ...attributes };
  return graphOf({
    inputs: [valueInfo("x", [2, channels, 8, 8]), valueInfo("w", [filters, channels, 3, 3])],
    outputs: outputs.map((name) => valueInfo(name, [2, filters, 8, 8])),
    nodes: [
      node("Neg", ["w"], ["filters"]),
      node("Conv", ["x", "filters"], ["moving"], common),
      node("Conv", ["x", "constant"], ["still"], common),
      ...nodes,
    ],
    parameters: [parameter("constant", randomTensor([filters, channels, 3, 3], 1, 1))],
  });
}

const operators = ({ nodes }: Graph): readonly string[] =>
  nodes.map(({ op, domain }) => (domain === blockedDomain ? `blocked ${op}` : op));

describe("convolutions on blocked layout", () => {
  test("are those whose filters depend on inputs", () => {
    const graph = graphWith({ outputs: ["moving", "still"] });
    expect(hasMovingFilters(graph, "baked")).toBe(true);
    const blocked = blockConvolutions(graph, 8);
    expect(operators(blocked)).toEqual([
      "Neg",
      "blocked ReorderInput",
      "Reshape",
      "Transpose",
      "Reshape",
      "blocked Conv",
      "blocked ReorderOutput",
      "Conv",
    ]);
    expect(blocked.nodes.find(({ op }) => op === "ReorderOutput")).toMatchObject({
      outputs: ["moving"],
      attributes: { channels: int(16) },
    });
    expect(blocked.opsets[blockedDomain]).toBe(1);
  });

  test("add to one another without leaving it", () => {
    const blocked = blockConvolutions(
      graphWith({ nodes: [node("Add", ["still", "moving"], ["sum"])], outputs: ["sum"] }),
      16,
    );
    const found = operators(blocked).filter((name) => name.startsWith("blocked"));
    expect(found).toEqual(["blocked ReorderInput", "blocked Conv", "blocked Conv", "blocked ReorderOutput"]);
    expect(operators(blocked)).not.toContain("Add");
    const [first, second] = blocked.nodes.filter(({ op }) => op === "Conv");
    expect(second!.inputs).toEqual([first!.inputs[0], expect.any(String), "", first!.outputs[0]]);
  });

  test("stay apart where something else needs one of them", () => {
    const graph = graphWith({ nodes: [node("Add", ["still", "moving"], ["sum"])], outputs: ["sum", "moving"] });
    expect(operators(blockConvolutions(graph, 16))).toContain("Add");
  });

  test.each([
    ["channels that fill no blocks", { channels: 12 }],
    ["filters that fill no blocks", { filters: 12 }],
    ["padding that is not said", { attributes: { auto_pad: { type: "string", value: "SAME_UPPER" } } }],
  ] as const)("not with %s", (_, parts) => {
    const graph = graphWith({ ...parts, outputs: ["moving", "still"] });
    expect(blockConvolutions(graph, 16)).toBe(graph);
  });

  test("are those of parameters as well, where these are inputs; nothing is looked for where they are constant", () => {
    const graph = graphWith({ outputs: ["still"] });
    const still = { ...graph, nodes: graph.nodes.filter(({ outputs }) => outputs[0] === "still") };
    expect(hasMovingFilters(still, "baked")).toBe(false);
    expect(blockConvolutions(still, 16, "baked")).toBe(still);
    expect(hasMovingFilters(still, "fed")).toBe(true);
    expect(operators(blockConvolutions(still, 16, "fed"))).toContain("blocked Conv");
  });
});
