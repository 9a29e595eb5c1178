import { describe, expect, test } from "vitest";
import { chooseEngine, reportOn, type Candidate } from "../../../server/engines/choose";
import type { Engine } from "../../../server/engines/engine";
import { ProblemError, type ProblemReason } from "../../../server/protocol/problem";
import type { EngineName } from "../../../server/protocol/study";
import { operatorCase, feed } from "../../support/operatorCase";
import { createReferenceEngine } from "../../support/referenceEngine";

const { graph } = operatorCase("Relu", "any", { inputs: [feed([2, 3])] });

const labels = { onnxruntime: "First", tensorflow: "Second", wasm: "Third", webgpu: "Fourth" } as const;

const candidate = (name: EngineName, options: { factor?: number; lacks?: string[] } = {}): Candidate => ({
  name,
  label: labels[name],
  create: async () => createReferenceEngine({ name, ...options }),
});

const problem = (reason: ProblemReason): ProblemError =>
  new ProblemError({ reason, title: "A title", message: "It is so.", advice: "Do this." });

const missing = (name: EngineName): Candidate => ({
  name,
  label: labels[name],
  create: async () => Promise.reject(problem("engine-unavailable")),
});

const reasonOf = async (promise: Promise<unknown>): Promise<ProblemError["problem"]> => {
  try {
    await promise;
  } catch (error) {
    if (error instanceof ProblemError) return error.problem;
    throw error;
  }
  throw new Error("nothing was thrown");
};

describe("the automatic choice", () => {
  test("takes the first that passes", async () => {
    const chosen = await chooseEngine("auto", [candidate("onnxruntime"), candidate("wasm")], graph);
    expect(chosen.engine.name).toBe("onnxruntime");
    expect(chosen.why).toBe("first choice");
    expect(chosen.selfTestError).toBeLessThan(1e-12);
  });

  test("goes past missing, wrong and unable engines, and says so", async () => {
    const order = [missing("onnxruntime"), candidate("webgpu", { factor: 1.01 })];
    const unable = candidate("tensorflow", { lacks: ["Relu6", "Sigmoid"] });
    const sigmoid = operatorCase("Sigmoid", "any", { inputs: [feed([2])] }).graph;
    const chosen = await chooseEngine("auto", [...order, unable, candidate("wasm")], sigmoid);
    expect(chosen.engine.name).toBe("wasm");
    expect(chosen.why).toBe("First is not available; Fourth failed its self-test; Second cannot run Sigmoid");
  });

  test("names the operators when no engine has them", async () => {
    const softsign = operatorCase("Softsign", "any", { inputs: [feed([2])] }).graph;
    const lacks = ["Softsign"];
    const order = [candidate("onnxruntime", { lacks }), missing("tensorflow"), candidate("wasm", { lacks })];
    const found = await reasonOf(chooseEngine("auto", order, softsign));
    expect(found).toMatchObject({ reason: "operator-unsupported", facts: ["Softsign"] });
    expect(found.message).toContain("First cannot run Softsign; Second is not available");
  });

  test("tells when none is there, and when those that are there are wrong", async () => {
    const none = [missing("onnxruntime"), missing("wasm")];
    expect((await reasonOf(chooseEngine("auto", none, graph))).reason).toBe("engine-unavailable");
    const wrong = [missing("onnxruntime"), candidate("wasm", { factor: 2 })];
    expect((await reasonOf(chooseEngine("auto", wrong, graph))).reason).toBe("engine-wrong");
  });

  test("does not hide a corrupt model behind another engine", async () => {
    const strict: Candidate = {
      name: "onnxruntime",
      label: "First",
      create: async () => {
        const engine = createReferenceEngine();
        const compile: Engine["compile"] = (given) =>
          given === graph ? Promise.reject(problem("file-corrupt")) : engine.compile(given);
        return { ...engine, compile };
      },
    };
    const found = await reasonOf(chooseEngine("auto", [strict, candidate("wasm")], graph));
    expect(found.reason).toBe("file-corrupt");
  });

  test("lets engines go that it does not take", async () => {
    const gone: string[] = [];
    const watched = (name: EngineName, options: { factor?: number; lacks?: string[] }): Candidate => ({
      ...candidate(name),
      create: async () => ({
        ...createReferenceEngine({ name, ...options }),
        dispose: async () => void gone.push(name),
      }),
    });
    const sigmoid = operatorCase("Sigmoid", "any", { inputs: [feed([2])] }).graph;
    const order = [
      watched("onnxruntime", { factor: 2 }),
      watched("tensorflow", { lacks: ["Sigmoid"] }),
      watched("wasm", {}),
    ];
    await chooseEngine("auto", order, sigmoid);
    expect(gone).toEqual(["onnxruntime", "tensorflow"]);
  });
});

describe("a choice in the settings", () => {
  test("is taken as it is", async () => {
    const chosen = await chooseEngine("wasm", [candidate("onnxruntime"), candidate("wasm")], graph);
    expect(chosen.engine.name).toBe("wasm");
    expect(chosen.why).toBe("chosen in the settings");
  });

  test("is never replaced by another engine", async () => {
    const others = candidate("onnxruntime");
    expect((await reasonOf(chooseEngine("tensorflow", [others, missing("tensorflow")], graph))).reason).toBe(
      "engine-unavailable",
    );
    const wrong = candidate("wasm", { factor: 1.001 });
    expect(await reasonOf(chooseEngine("wasm", [others, wrong], graph))).toMatchObject({
      reason: "engine-wrong",
      message:
        "Third 1 does not compute a small known network correctly: it is off by a relative 1.0e-3, and 0.0001 is allowed.",
    });
    const unable = candidate("wasm", { lacks: ["Sigmoid"] });
    const sigmoid = operatorCase("Sigmoid", "any", { inputs: [feed([2])] }).graph;
    expect(await reasonOf(chooseEngine("wasm", [others, unable], sigmoid))).toMatchObject({
      reason: "operator-unsupported",
      facts: ["Sigmoid"],
    });
  });

  test("of an engine that is not part of this version is refused with advice", async () => {
    const found = await reasonOf(chooseEngine("webgpu", [candidate("onnxruntime")], graph));
    expect(found.reason).toBe("engine-unavailable");
    expect(found.advice).toContain("auto");
  });
});

describe("the report", () => {
  test("tells ready, missing and wrong", async () => {
    expect(await reportOn(candidate("wasm"))).toMatchObject({
      name: "wasm",
      state: "ready",
      version: "1",
      device: "CPU",
    });
    expect(await reportOn(missing("wasm"))).toMatchObject({ state: "missing", detail: "It is so." });
    expect(await reportOn(candidate("wasm", { factor: NaN }))).toMatchObject({ state: "wrong" });
  });
});
