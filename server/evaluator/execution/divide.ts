import { availableParallelism } from "node:os";
import type { Engine } from "../../engines/engine";
import { openEngine } from "../../engines/open";
import { atAGlance, chooseExecution, opened } from "./choose";
import type { ChoiceParts, ChosenExecution } from "./choose";
import { divisionsFor, isLong, trialSize } from "./division";
import type { ChosenDivision, Sharing, Undivided } from "./division";
import { divisionKey } from "./key";

/** An execution with the threads that the division of the cores leaves to each evaluator. */
export interface DividedExecution extends ChosenExecution {
  /** Decided for this run, or remembered. */
  readonly division?: ChosenDivision;
  readonly undivided?: Undivided;
  /** ONNX Runtime with as many threads, or the engine that was there. */
  readonly engine: Engine;
}

/**
 * `chooseExecution`, with the threads that were found to be the fastest. Where that was not found out and the run is long
 * enough, it is told what is to be tried.
 * @throws ProblemError when the model cannot be run.
 */
export async function chooseDivided(parts: ChoiceParts): Promise<DividedExecution> {
  const chosen = await chooseExecution(parts);
  const { engine, model, log } = parts;
  const decided = parts.workplace.division;
  const sharing = decided ? { division: decided } : await sharingOf(parts, chosen);
  const { threads = chosen.execution.threads } = sharing.division ?? {};
  if (threads === chosen.execution.threads) return { ...chosen, ...sharing, engine };
  await chosen.executable.dispose();
  const { engine: other } = await openEngine(engine.name, model.graph, { provider: "cpu", threads }, log);
  const again = await opened({ ...parts, engine: other }, { ...chosen.execution, threads }, chosen.why);
  return { ...chosen, ...again, ...sharing, engine: other };
}

/** What is known of the division of the cores for an execution; nothing where there is no choice, or none worth it. */
export async function sharingOf(parts: ChoiceParts, chosen: ChosenExecution): Promise<Sharing> {
  const { engine, workplace, memory, anew, patience } = parts;
  const { execution, key } = chosen;
  const { evaluators, threads } = workplace;
  if (key === undefined || evaluators === undefined || !memory.lasts) return {};
  if (engine.name !== "onnxruntime" || execution.provider !== "cpu") return {};
  const divisions = divisionsFor(availableParallelism(), { evaluators, threads });
  if (divisions.length < 2) return {};
  const keyOfDivision = divisionKey(key, execution, evaluators);
  const division = anew ? undefined : await memory.division(keyOfDivision);
  if (division) return { division };
  const { points } = parts.study.grid;
  const { perPoint = await timeOf(parts, chosen) } = chosen;
  const usual = { execution, setUp: 0, run: perPoint, perPoint };
  // Whoever is patient asks for it.
  if (patience === undefined && !isLong({ usual, evaluations: points[0] * points[1], evaluators })) return {};
  return { undivided: { key: keyOfDivision, divisions, size: sizeFor(parts, chosen, perPoint) } };
}

/** What a point takes, in milliseconds, by a short look. */
async function timeOf(parts: ChoiceParts, { execution, executable }: ChosenExecution): Promise<number> {
  return (await atAGlance(parts, execution, executable, 0)).usual.perPoint;
}

function sizeFor({ model, samples }: ChoiceParts, { execution }: ChosenExecution, perPoint: number): number {
  const batchSize = Math.min(execution.batchSize, samples);
  return model.input.batch ?? trialSize(batchSize, (perPoint * batchSize) / samples);
}
