import type { Graph } from "../graph/graph";
import { ProblemError, toProblem, type Problem } from "../protocol/problem";
import type { EngineReport } from "../protocol/result";
import type { EngineChoice, EngineName } from "../protocol/study";
import type { Engine } from "./engine";
import { selfTest, selfTestTolerance } from "./selfTest";

/** An engine that may be there; nothing of it is loaded before `create` is called. */
export interface Candidate {
  readonly name: EngineName;
  /** What people call it, known even where the engine itself is not found. */
  readonly label: string;
  /**
   * @param folder an installation that it is loaded from, and from no other, where it can be installed.
   * @throws ProblemError `engine-unavailable`
   */
  create(folder?: string): Promise<Engine>;
}

export interface ChosenEngine {
  readonly engine: Engine;
  /** Why this one, in words, e.g. "first choice". */
  readonly why: string;
  /** Largest relative error of its self-test. */
  readonly selfTestError: number;
}

/** Loads an engine and tests it. @throws ProblemError `engine-unavailable` or `engine-wrong` */
export async function openTested(candidate: Candidate, folder?: string): Promise<{ engine: Engine; error: number }> {
  const engine = await candidate.create(folder);
  let error = NaN;
  let cause: string | undefined;
  try {
    error = await selfTest(engine);
  } catch (thrown) {
    cause = toProblem(thrown).message;
  }
  if (error <= selfTestTolerance) return { engine, error };
  await engine.dispose();
  const finding = cause ?? `it is off by a relative ${error.toExponential(1)}, and ${selfTestTolerance} is allowed`;
  throw new ProblemError({
    reason: "engine-wrong",
    title: `${candidate.label} failed its self-test`,
    message:
      `${candidate.label} ${engine.version} does not compute a small known network correctly: ${finding}`.replace(
        /\.*$/,
        ".",
      ),
    advice: "Choose another engine in the settings, or reinstall this one.",
    facts: [candidate.label, engine.version],
  });
}

/** Refuses a graph that the engine cannot run, before any data is read. */
async function requireSupport(engine: Engine, graph: Graph): Promise<void> {
  const missing = engine.unsupported(graph);
  if (missing.length > 0) {
    throw new ProblemError({
      reason: "operator-unsupported",
      title: "An operator is not supported",
      message: `${engine.label} cannot run ${missing.join(", ")}, which this model uses.`,
      advice: "Choose another engine in the settings, or export the model with other operators.",
      facts: missing,
    });
  }
  await (await engine.compile(graph)).dispose();
}

async function openFor(candidate: Candidate, graph: Graph): Promise<{ engine: Engine; error: number }> {
  const opened = await openTested(candidate);
  try {
    await requireSupport(opened.engine, graph);
    return opened;
  } catch (error) {
    await opened.engine.dispose();
    throw error;
  }
}

/** The reasons for which the automatic choice goes on to the next engine; all others end it. */
const passable: ReadonlySet<string> = new Set(["engine-unavailable", "engine-wrong", "operator-unsupported"]);

/** A short clause for what kept a candidate from being taken. */
function clauseOf({ label }: Candidate, problem: Problem): string {
  switch (problem.reason) {
    case "engine-wrong":
      return `${label} failed its self-test`;
    case "operator-unsupported":
      return `${label} cannot run ${problem.facts?.join(", ") ?? "an operator of this model"}`;
    default:
      return `${label} is not available`;
  }
}

/**
 * Takes the engine asked for, or for `auto` the first of `order` that is there, passes its self-test and can run the
 * graph.
 * @throws ProblemError `engine-unavailable`, `engine-wrong` or `operator-unsupported`; what the graph itself is refused
 *   for (`file-corrupt`, `too-large`, …) is thrown as it is.
 */
export async function chooseEngine(
  choice: EngineChoice,
  order: readonly Candidate[],
  graph: Graph,
): Promise<ChosenEngine> {
  if (choice !== "auto") {
    const candidate = order.find(({ name }) => name === choice);
    if (!candidate) throw absent(choice);
    const { engine, error } = await openFor(candidate, graph);
    return { engine, why: "chosen in the settings", selfTestError: error };
  }
  const passed: { readonly clause: string; readonly problem: Problem }[] = [];
  for (const candidate of order) {
    try {
      const { engine, error } = await openFor(candidate, graph);
      const why = passed.length === 0 ? "first choice" : passed.map(({ clause }) => clause).join("; ");
      return { engine, why, selfTestError: error };
    } catch (error) {
      const problem = toProblem(error);
      if (!passable.has(problem.reason)) throw error;
      passed.push({ clause: clauseOf(candidate, problem), problem });
    }
  }
  throw noneLeft(passed);
}

function absent(choice: EngineName): ProblemError {
  return new ProblemError({
    reason: "engine-unavailable",
    title: "This engine is not available",
    message: `The settings ask for the engine “${choice}”, which is not part of this version of Loss Landscape.`,
    advice: "Set the engine to “auto”, “onnxruntime”, “tensorflow”, “wasm” or “webgpu”.",
  });
}

/** What matters most when no engine is left: an operator that none has, then a wrong engine, then missing ones. */
function noneLeft(passed: readonly { readonly clause: string; readonly problem: Problem }[]): ProblemError {
  const reasons = ["operator-unsupported", "engine-wrong"] as const;
  const reason = reasons.find((wanted) => passed.some(({ problem }) => problem.reason === wanted));
  const operators = passed.flatMap(({ problem }) =>
    problem.reason === "operator-unsupported" ? (problem.facts ?? []) : [],
  );
  return new ProblemError({
    reason: reason ?? "engine-unavailable",
    title: reason === "operator-unsupported" ? "No engine can run this model" : "No engine is available",
    message: `None of the engines can be used: ${passed.map(({ clause }) => clause).join("; ")}.`,
    advice:
      reason === "operator-unsupported"
        ? "Export the model with standard ONNX operators."
        : "Reinstall the extension for this platform; “Show Engines” tells what was found.",
    facts: operators.length > 0 ? [...new Set(operators)] : undefined,
  });
}

/** Looks for an engine, tests it and lets it go again. Never throws: what is wrong becomes part of the report. */
export async function reportOn(candidate: Candidate, folder?: string): Promise<EngineReport> {
  const { name, label } = candidate;
  try {
    const { engine, error } = await openTested(candidate, folder);
    await engine.dispose();
    return {
      name,
      label: engine.label,
      state: "ready",
      version: engine.version,
      device: engine.device,
      selfTestError: error,
      ...(engine.folder === undefined ? {} : { folder: engine.folder }),
      detail: `Found${engine.folder === undefined ? "" : ` in ${engine.folder}`}, and its self-test passed.`,
    };
  } catch (error) {
    const problem = toProblem(error);
    const state = problem.reason === "engine-unavailable" ? "missing" : "wrong";
    return { name, label, state, detail: problem.message };
  }
}
