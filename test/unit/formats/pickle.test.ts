import { describe, expect, test } from "vitest";
import { ForbiddenGlobal, PickleError, type Value } from "../../../server/files/pickle/objects";
import { Unpickler } from "../../../server/files/pickle/unpickler";
import { findGlobal } from "../../../server/formats/pytorch/globals";
import { storageOf } from "../../../server/formats/pytorch/pickled";
import { findWeights, NoWeights } from "../../../server/formats/pytorch/weights";

/** Bytes of a pickle from numbers, and from text for its characters. */
function bytes(...parts: readonly (number | string | Uint8Array)[]): Uint8Array {
  return Buffer.concat(
    parts.map((part) => (typeof part === "number" ? Uint8Array.of(part) : Buffer.from(part as string, "latin1"))),
  );
}

function load(...parts: readonly (number | string | Uint8Array)[]): Value {
  return new Unpickler(bytes(...parts), 0, { find: findGlobal, storage: storageOf }).read();
}

function uint32(value: number): string {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer.toString("latin1");
}

describe("plain data", () => {
  test.each<[string, readonly (number | string)[], Value]>([
    ["None", ["N."], null],
    ["truth values", ["\x88\x89\x86."], [true, false]],
    ["small and negative numbers", ["K\xffM\x01\x02J\xff\xff\xff\xff\x87."], [255, 513, -1]],
    ["long numbers", ["\x8a\x02\xff\x7f\x8a\x01\x80\x8a\x00\x87."], [32767, -128, 0]],
    ["numbers beyond 2^53", ["\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f."], 2n ** 63n - 1n],
    ["numbers as text", ["I12\nL-7L\nI01\n\x87."], [12, -7, true]],
    ["floats", ["G\x3f\xf8\0\0\0\0\0\0F2.5\nFinf\n\x87."], [1.5, 2.5, Infinity]],
    ["text", ["X\x03\0\0\0a\xc3\xa9\x8c\x01bU\x01c\x87."], ["aé", "b", "c"]],
    ["lists", ["](K\x01K\x02e."], [1, 2]],
    ["frames and the memo", ["\x80\x04\x95\x07\0\0\0\0\0\0\0]\x94K\x05ah\0\x86."], [[5], [5]]],
    [
      "bytes of older pickles",
      ["c_codecs\nencode\nX\x03\0\0\0a\xc3\xbfX\x06\0\0\0latin1\x86R."],
      Uint8Array.of(0x61, 0xff),
    ],
  ])("%s", (_, parts, value) => {
    expect(load(...parts)).toEqual(value);
  });

  test("dictionaries of every making", () => {
    const wanted = new Map([["a", 1]]);
    expect(load("}X\x01\0\0\0aK\x01s.")).toEqual(wanted);
    expect(load("}(X\x01\0\0\0aK\x01u.")).toEqual(wanted);
    expect(load("(X\x01\0\0\0aK\x01d.")).toEqual(wanted);
    expect(load("ccollections\nOrderedDict\n)RX\x01\0\0\0aK\x01s.")).toEqual(wanted);
    expect(load("ccollections\nOrderedDict\n](X\x01\0\0\0aK\x01\x86e\x85R.")).toEqual(wanted);
  });

  test("settings are passed over", () => {
    expect(load("}X\x01\0\0\0acargparse\nNamespace\n)\x81}X\x01\0\0\0bK\x01sbs.")).toEqual(
      new Map([["a", { kind: "inert" }]]),
    );
  });
});

describe("program code is never looked up", () => {
  test.each([
    ["a function", "cos\nsystem\n.", "os.system"],
    ["a function of protocol 4", "\x8c\x05posix\x8c\x06system\x93.", "posix.system"],
    ["what is called at once", "(ios\nsystem\n.", "os.system"],
    ["a builtin that is none of the harmless ones", "cbuiltins\neval\n.", "builtins.eval"],
    ["a name within an allowed module", "ctorch._utils\n_import_dotted_name\n.", "torch._utils._import_dotted_name"],
    ["a path through an allowed class", "ccollections\nOrderedDict.fromkeys\n.", "collections.OrderedDict.fromkeys"],
    ["an object's own property", "ctorch\nconstructor\n.", "torch.constructor"],
    ["another", "ctorch\n__proto__\n.", "torch.__proto__"],
  ])("%s", (_, pickle, global) => {
    expect(() => load(pickle)).toThrow(ForbiddenGlobal);
    expect(() => load(pickle)).toThrow(global);
  });
});

describe("pickles made to exhaust the reader are refused in bounded time", () => {
  const refused = (...parts: readonly (number | string | Uint8Array)[]): void => {
    expect(() => load(...parts)).toThrow(PickleError);
  };

  test("ends, marks and memories that are missing", () => {
    for (const pickle of [
      "",
      "K",
      "(",
      ".",
      "0.",
      "1.",
      "h\0.",
      "t.",
      "(.",
      "a.",
      "K\x01K\x02a.",
      "s.",
      "R.",
      "b.",
      "Q.",
    ]) {
      refused(pickle);
    }
  });

  test("lengths beyond the end", () => {
    refused("X", uint32(0xffffffff), "a.");
    refused("\x8d\xff\xff\xff\xff\xff\xff\xff\xff.");
    refused("\x8b", uint32(0x7fffffff), ".");
    refused("B", uint32(2 ** 31), "a.");
    refused("\x95\xff\xff\xff\xff\xff\xff\xff\xffN.");
  });

  test("numbers of absurd length", () => {
    refused("\x8b", uint32(100_000), Buffer.alloc(100_000, 1), ".");
    refused("L", "9".repeat(100_000), "L\n.");
  });

  test("more dictionaries than any checkpoint has", () => {
    refused(Buffer.alloc(3_000_000, "}"), ".");
  });

  test("a large list that is turned into a dictionary again and again", () => {
    const pairs = Buffer.alloc(3 * 20_000, Buffer.from("NN\x86", "latin1"));
    const calls = Buffer.alloc(7 * 30_000, Buffer.from("h\x01h\0\x85R0", "latin1"));
    refused("](", pairs, "eq\0ccollections\nOrderedDict\nq\x01", calls, ".");
  });

  test("a large text that is turned into bytes again and again", () => {
    const text = Buffer.alloc(1_000_000, "a");
    const calls = Buffer.alloc(7 * 30_000, Buffer.from("h\x01h\0\x85R0", "latin1"));
    refused("X", uint32(text.length), text, "q\0c_codecs\nencode\nq\x01", calls, ".");
  });

  test("a tensor of itself", () => {
    // _rebuild_from_type_v2 with itself as the function and the list of its arguments as the arguments.
    refused("ctorch._tensor\n_rebuild_from_type_v2\nq\0](h\0ctorch\nTensor\neq\x01h\x01a0h\0h\x01R.");
  });

  test("deep nesting is read, as nothing walks it", () => {
    expect(load(Buffer.alloc(200_000, "]"), Buffer.alloc(199_999, "a"), ".")).toHaveLength(1);
  });

  test("storages and tensors that make no sense", () => {
    const tensor = (storage: string, offset: string, shape: string, strides: string): string =>
      `ctorch._utils\n_rebuild_tensor_v2\n(${storage}${offset}${shape}${strides}\x89NtR.`;
    const storage = "(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x04tQ";
    expect(load(tensor(storage, "K\0", "K\x04\x85", "K\x01\x85"))).toMatchObject({ kind: "tensor", shape: [4] });
    refused(tensor("N", "K\0", "K\x04\x85", "K\x01\x85"));
    refused(tensor(storage, "J\xff\xff\xff\xff", "K\x04\x85", "K\x01\x85"));
    refused(tensor(storage, "K\0", "J\xff\xff\xff\xff\x85", "K\x01\x85"));
    refused(tensor(storage, "K\0", "K\x04\x85", "K\x01K\x01\x86"));
    refused("(X\x07\0\0\0storagectorch\nTensor\nX\x01\0\0\x000X\x03\0\0\0cpuK\x04tQ.");
    refused("(X\x06\0\0\0moduleNNtQ.");
  });
});

describe("weights are found where training programs put them", () => {
  const tensor: Value = {
    kind: "tensor",
    storage: { kind: "storage", key: "0", dtype: "float32", width: 4, count: 1 },
    dtype: "float32",
    offset: 0,
    shape: [],
    strides: [],
  };
  const map = (entries: Record<string, Value>): Map<Value, Value> => new Map(Object.entries(entries));

  test("directly, under a usual key, two deep; other tensors beside them are not weights", () => {
    const weights = map({ "fc.weight": tensor });
    for (const root of [
      weights,
      map({ state_dict: weights, epoch: 3, rng_state: tensor }),
      map({ model: map({ state_dict: weights }) }),
      map({ model_state_dict: weights, optimizer_state_dict: map({ state: map({ momentum: tensor }) }) }),
    ]) {
      expect([...findWeights(root).tensors.keys()]).toEqual(["fc.weight"]);
    }
  });

  test("learning rates of one optimizer and of lists of them", () => {
    const optimizer = map({ state: new Map(), param_groups: [map({ lr: 0.1 }), map({ lr: 0.2 })] });
    expect(findWeights(map({ model: map({ w: tensor }), optimizer })).learningRate).toBe(0.1);
    expect(findWeights(map({ model: map({ w: tensor }), optimizer_states: [optimizer] })).learningRate).toBe(0.1);
  });

  test("nothing, or two of them", () => {
    expect(() => findWeights(null)).toThrow(NoWeights);
    expect(() => findWeights(map({ epoch: 3 }))).toThrow("only epoch");
    const two = map({ model: map({ w: tensor }), net: map({ w: tensor }) });
    expect(() => findWeights(two)).toThrow('under "model" and "net"');
  });

  test("a dictionary that holds itself", () => {
    const root = map({});
    root.set("model", root);
    expect(() => findWeights(root)).toThrow(NoWeights);
  });
});
