import { describe, expect, test } from "vitest";
import type { ExternalData } from "../../../server/formats/onnx/external";
import { readModel } from "../../../server/formats/onnx/model";
import {
  float,
  floats,
  floatTensor,
  graphOf,
  int,
  ints,
  intTensor,
  node,
  parameter,
  string,
  strings,
  tensor,
  valueInfo,
} from "../../../server/graph/build";
import type { Graph } from "../../../server/graph/graph";
import { attributeFields, graphFields, modelFields, serialise } from "../../../server/graph/onnxBytes";
import type { DataType, TensorData } from "../../../server/graph/tensor";
import { fieldsOf, Message, WireError } from "../../../server/graph/wire";
import { ProblemError } from "../../../server/protocol/problem";
import { noFiles, reread } from "../../support/onnxFiles";

const read = (bytes: Uint8Array, files: ExternalData = noFiles): Graph => readModel(bytes, files, "model.onnx");

const x = valueInfo("x", ["batch", 2]);
const y = valueInfo("y", ["batch", null]);

/** A nested message with the fields that `write` gives it. */
function message(write: (into: Message) => void): Message {
  const made = new Message();
  write(made);
  return made;
}

/** The bytes of `graph` with further fields of GraphProto and ModelProto. */
function withFields(graph: Graph, inGraph: (into: Message) => void, inModel: (into: Message) => void = () => {}) {
  const whole = new Message();
  whole.raw(serialise(graph).bytes);
  whole.message(modelFields.graph, message(inGraph));
  inModel(whole);
  return whole.finish();
}

/** A TensorProto. */
const tensorProto = (name: string, shape: readonly number[], code: number, data: (into: Message) => void): Message =>
  message((into) => {
    into.packedIntegers(1, shape);
    into.integer(2, code);
    into.text(8, name);
    data(into);
  });

const passing = graphOf({ inputs: [x], outputs: [y], nodes: [node("Relu", ["x"], ["y"])] });

describe("a graph written and read", () => {
  test("keeps nodes, attributes of every kind, tensors, inputs and outputs", () => {
    const graph = graphOf({
      name: "everything",
      inputs: [valueInfo("x", ["batch", 3, null, 8]), valueInfo("mask", [4], "bool")],
      outputs: [valueInfo("y", ["batch", 10]), valueInfo("z", [], "int64")],
      nodes: [
        node("Conv", ["x", "w", ""], ["h", ""], {
          axis: int(-1),
          end: int(2 ** 63),
          start: int(-(2 ** 63)),
          alpha: float(0.1),
          mode: string("größer"),
          value: tensor(intTensor([2], [1, -5])),
          pads: ints(1, 0, -1),
          none: ints(),
          scales: floats(0.5, NaN, Infinity),
          names: strings("a", ""),
        }),
        { ...node("Own", ["h", "c"], ["y"], {}, "my.domain"), overload: "second" },
        node("ArgMax", ["y"], ["z"]),
      ],
      constants: { c: intTensor([0], []) },
      parameters: [parameter("w", floatTensor([2, 3, 1, 1], [1, 2, 3, 4, 5, 6]))],
      opset: 18,
      domains: { "my.domain": 3 },
    });
    expect(reread(graph)).toEqual(graph);
  });

  test.each<[DataType, TensorData]>([
    ["float32", Float32Array.of(NaN, -0)],
    ["float64", Float64Array.of(1e300, -1)],
    ["float16", Uint16Array.of(0x7c00, 1)],
    ["bfloat16", Uint16Array.of(0x7f80, 1)],
    ["int8", Int8Array.of(-128, 127)],
    ["uint8", Uint8Array.of(0, 255)],
    ["int16", Int16Array.of(-32768, 1)],
    ["uint16", Uint16Array.of(65535, 1)],
    ["int32", Int32Array.of(-(2 ** 31), 1)],
    ["uint32", Uint32Array.of(2 ** 32 - 1, 1)],
    ["int64", BigInt64Array.of(-(2n ** 63n), 1n)],
    ["uint64", BigUint64Array.of(2n ** 64n - 1n, 1n)],
    ["bool", Uint8Array.of(0, 1)],
  ])("keeps %s", (dtype, data) => {
    const graph = { ...passing, constants: new Map([["c", { dtype, shape: [2], data }]]) };
    expect(reread(graph)).toEqual(graph);
  });

  test("keeps what is noted of values that nodes compute", () => {
    const graph = graphOf({
      inputs: [x],
      outputs: [y],
      nodes: [node("Relu", ["x"], ["h"]), node("Tanh", ["h"], ["y"])],
    });
    const noted = { ...graph, values: [valueInfo("h", ["batch", 2]), valueInfo("gone", [3])] };
    expect(reread(noted)).toEqual({ ...graph, values: [valueInfo("h", ["batch", 2])] });
  });

  test("a graph given in several fields is one graph", () => {
    const bytes = withFields(passing, (into) =>
      into.message(
        5,
        tensorProto("c", [1], 7, (t) => t.packedIntegers(7, [4])),
      ),
    );
    expect(read(bytes).constants.get("c")).toEqual(intTensor([1], [4]));
    expect(read(bytes).nodes).toEqual(passing.nodes);
  });
});

describe("tensors in typed fields", () => {
  const cases: [string, number, (into: Message) => void, DataType, TensorData][] = [
    ["float", 1, (t) => t.packedFloats(4, [1.5, -2]), "float32", Float32Array.of(1.5, -2)],
    [
      "float, one field each",
      1,
      (t) => {
        t.float(4, 1.5);
        t.float(4, -2);
      },
      "float32",
      Float32Array.of(1.5, -2),
    ],
    ["int32", 6, (t) => t.packedIntegers(5, [-1, 7]), "int32", Int32Array.of(-1, 7)],
    [
      "int32, one field each",
      6,
      (t) => {
        t.integer(5, -1);
        t.integer(5, 7);
      },
      "int32",
      Int32Array.of(-1, 7),
    ],
    ["int8", 3, (t) => t.packedIntegers(5, [-1, 7]), "int8", Int8Array.of(-1, 7)],
    ["uint8", 2, (t) => t.packedIntegers(5, [255, 7]), "uint8", Uint8Array.of(255, 7)],
    ["int16", 5, (t) => t.packedIntegers(5, [-300, 7]), "int16", Int16Array.of(-300, 7)],
    ["uint16", 4, (t) => t.packedIntegers(5, [65535, 7]), "uint16", Uint16Array.of(65535, 7)],
    ["bool", 9, (t) => t.packedIntegers(5, [1, 0]), "bool", Uint8Array.of(1, 0)],
    ["float16", 10, (t) => t.packedIntegers(5, [0x3c00, 0xc000]), "float16", Uint16Array.of(0x3c00, 0xc000)],
    ["bfloat16", 16, (t) => t.packedIntegers(5, [0x3f80, 1]), "bfloat16", Uint16Array.of(0x3f80, 1)],
    ["int64", 7, (t) => t.packedIntegers(7, [-(2n ** 62n), 7]), "int64", BigInt64Array.of(-(2n ** 62n), 7n)],
    ["uint32", 12, (t) => t.packedIntegers(11, [2 ** 32 - 1, 7]), "uint32", Uint32Array.of(2 ** 32 - 1, 7)],
    ["uint64", 13, (t) => t.packedIntegers(11, [2n ** 64n - 1n, 7]), "uint64", BigUint64Array.of(2n ** 64n - 1n, 7n)],
    [
      "double",
      11,
      (t) => t.bytes(10, new Uint8Array(Float64Array.of(0.1, -2).buffer)),
      "float64",
      Float64Array.of(0.1, -2),
    ],
  ];
  test.each(cases)("%s", (_, code, write, dtype, data) => {
    const bytes = withFields(passing, (into) => into.message(5, tensorProto("c", [2], code, write)));
    const graph = read(bytes);
    const found = graph.constants.get("c") ?? graph.parameters.find(({ name }) => name === "c")?.tensor;
    expect(found).toEqual({ dtype, shape: [2], data });
  });

  test.each([
    ["too few", [3], (t: Message) => t.packedFloats(4, [1, 2])],
    ["too many", [1], (t: Message) => t.packedFloats(4, [1, 2])],
    ["none", [2], () => {}],
    ["raw, cut short", [2], (t: Message) => t.bytes(9, new Uint8Array(7))],
    ["a negative extent", [-2, -1], (t: Message) => t.packedFloats(4, [1, 2])],
    ["an absurd shape", [2 ** 40, 2 ** 40], (t: Message) => t.packedFloats(4, [1, 2])],
    ["a huge shape", [2 ** 50], (t: Message) => t.packedFloats(4, [1, 2])],
  ])("refuses data that do not fill the shape: %s", (_, shape, write) => {
    const bytes = withFields(passing, (into) => into.message(5, tensorProto("c", shape, 1, write)));
    expect(() => read(bytes)).toThrow(WireError);
  });
});

describe("what we do not interpret", () => {
  test("local functions, metadata and the rest of the graph come back as they were", () => {
    const note = message((into) => into.text(1, "conv.weight"));
    const bytes = withFields(
      passing,
      (into) => {
        into.text(10, "documentation");
        into.message(14, note);
      },
      (into) => {
        into.text(2, "exporter");
        into.message(
          modelFields.functions,
          message((f) => f.text(1, "MyFunction")),
        );
        into.message(
          14,
          message((f) => f.text(1, "key")),
        );
        into.message(
          20,
          message((f) => f.text(99, "training")),
        );
      },
    );
    const graph = read(bytes);
    expect(graph.carried).toHaveLength(5);
    expect(reread(graph)).toEqual(graph);
    const written = [...fieldsOf(serialise(graph).bytes)];
    expect(written.find(({ number }) => number === 25)!.bytes()).toEqual(
      message((f) => f.text(1, "MyFunction")).finish(),
    );
    const inGraph = [...fieldsOf(written.find(({ number }) => number === modelFields.graph)!.bytes())];
    expect(inGraph.find(({ number }) => number === 14)!.bytes()).toEqual(note.finish());
  });

  test("attributes: subgraphs, references, numbers and text beyond ours", () => {
    const attributes: [string, (into: Message) => void][] = [
      [
        "body",
        (into) =>
          into.message(
            6,
            message((g) => g.text(2, "inner")),
          ),
      ],
      [
        "sparse",
        (into) =>
          into.message(
            22,
            message((s) => s.packedIntegers(3, [2])),
          ),
      ],
      ["reference", (into) => into.text(21, "outer")],
      ["large", (into) => into.integer(3, 2n ** 60n + 1n)],
      ["many", (into) => into.packedIntegers(8, [1n, 2n ** 60n + 1n])],
      ["binary", (into) => into.bytes(4, Uint8Array.of(0xff, 0xfe))],
      [
        "complex",
        (into) =>
          into.message(
            5,
            tensorProto("", [1], 14, (t) => t.bytes(9, new Uint8Array(8))),
          ),
      ],
    ];
    const types: Record<string, number> = {
      body: 5,
      sparse: 11,
      reference: 2,
      large: 2,
      many: 7,
      binary: 3,
      complex: 4,
    };
    const protos = attributes.map(([name, write]) =>
      message((into) => {
        into.text(1, name);
        write(into);
        into.integer(attributeFields.type, types[name]!);
      }),
    );
    const bytes = withFields(passing, (into) =>
      into.message(
        graphFields.node,
        message((n) => {
          n.text(1, "x");
          n.text(2, "z");
          n.text(4, "Anything");
          for (const proto of protos) n.message(5, proto);
        }),
      ),
    );
    const graph = read(bytes);
    const found = graph.nodes[1]!.attributes;
    attributes.forEach(([name], i) => expect(found[name]).toEqual({ type: "raw", bytes: protos[i]!.finish() }));
    expect(reread(graph)).toEqual(graph);
  });

  test("initialisers of other element types and sparse ones become Constant nodes", () => {
    const text = tensorProto("words", [1], 8, (t) => t.text(6, "hello"));
    const sparse = message((into) => {
      into.message(
        1,
        tensorProto("thin", [1], 1, (t) => t.packedFloats(4, [3])),
      );
      into.message(
        2,
        tensorProto("", [1], 7, (t) => t.packedIntegers(7, [1])),
      );
      into.packedIntegers(3, [4]);
    });
    const bytes = withFields(passing, (into) => {
      into.message(5, text);
      into.message(15, sparse);
    });
    const graph = read(bytes);
    const constants = graph.nodes.filter(({ op }) => op === "Constant");
    expect(constants.map(({ outputs }) => outputs)).toEqual([["words"], ["thin"]]);
    const raw = constants.map(({ attributes }) => Object.values(attributes)[0]!);
    const contents = raw.map((attribute) => {
      if (attribute.type !== "raw") throw new Error("the attribute was interpreted");
      const fields = [...fieldsOf(attribute.bytes)];
      return [fields[0]!.text(), fields[1]!.bytes(), fields[2]!.integer()];
    });
    expect(contents).toEqual([
      ["value", text.finish(), 4n],
      ["sparse_value", sparse.finish(), 11n],
    ]);
    expect(reread(graph)).toEqual(graph);
  });
});

describe("older and odder files", () => {
  test("initialisers that are listed as inputs are no inputs", () => {
    const weight = parameter("w", floatTensor([2, 2], [1, 2, 3, 4]), "kernel", [1]);
    const old = graphOf({
      inputs: [x, valueInfo("w", [2, 2])],
      outputs: [y],
      nodes: [node("MatMul", ["x", "w"], ["y"])],
      parameters: [weight],
    });
    const graph = reread({ ...old, irVersion: 3 });
    expect(graph.inputs).toEqual([x]);
    expect(graph.parameters).toEqual([weight]);
    expect(graph.irVersion).toBe(4);
  });

  test("attributes without a type, the long name of ONNX's domain, nodes in any order", () => {
    const attribute = message((into) => {
      into.text(1, "axis");
      into.integer(3, 1);
    });
    const bytes = message((into) => {
      into.message(
        8,
        message((o) => {
          o.text(1, "ai.onnx");
          o.integer(2, 9);
        }),
      );
      into.message(
        7,
        message((g) => {
          g.message(
            1,
            message((n) => {
              n.text(1, "h");
              n.text(2, "y");
              n.text(4, "Flatten");
              n.text(7, "ai.onnx");
              n.message(5, attribute);
            }),
          );
          g.message(
            1,
            message((n) => {
              n.text(1, "x");
              n.text(2, "h");
              n.text(4, "Relu");
            }),
          );
          for (const field of fieldsOf(serialise(passing).bytes)) {
            if (field.number !== 7) continue;
            for (const part of fieldsOf(field.bytes())) if (part.number >= 11) g.raw(part.whole());
          }
        }),
      );
    }).finish();
    const graph = read(bytes);
    expect(graph.opsets).toEqual({ "": 9 });
    expect(graph.nodes.map(({ op, domain }) => [op, domain])).toEqual([
      ["Relu", ""],
      ["Flatten", ""],
    ]);
    expect(graph.nodes[1]!.attributes).toEqual({ axis: int(1) });
  });

  test("an extent of -1 is open; an output without a shape has none", () => {
    const graph = reread({ ...passing, inputs: [valueInfo("x", [-1, 2])], outputs: [valueInfo("y", [])] });
    expect(graph.inputs[0]!.shape).toEqual([null, 2]);
    expect(graph.outputs[0]!.shape).toEqual([]);
  });

  test("inputs that are no tensors of numbers are refused by name", () => {
    const sequence = message((into) => {
      into.text(1, "list");
      into.message(
        2,
        message((type) => type.message(4, new Message())),
      );
    });
    const words = message((into) => {
      into.text(1, "words");
      into.message(
        2,
        message((type) =>
          type.message(
            1,
            message((t) => t.integer(1, 8)),
          ),
        ),
      );
    });
    for (const [field, name] of [
      [sequence, "list"],
      [words, "words"],
    ] as const) {
      const bytes = withFields(passing, (into) => into.message(graphFields.input, field));
      expect(() => read(bytes)).toThrow(ProblemError);
      expect(() => read(bytes)).toThrow(name);
    }
  });
});
