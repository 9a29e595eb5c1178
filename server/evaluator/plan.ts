import path from "node:path";
import { openEngine } from "../engines/open";
import { writeDirections } from "../formats/directions";
import { dropsOf, readLearningRates } from "../formats/series";
import { shortNames } from "../formats/series/names";
import { rateAt } from "../formats/series/rates";
import { batchNormCheck, cosineCheck, explainedVarianceCheck, normRatioCheck } from "../landscape/checks";
import { productPrecision } from "../landscape/curvature/checks";
import { compared, cosineBetween, expectedCosine, expectedCosineWith, type Direction } from "../landscape/directions";
import { gramMatrix } from "../landscape/trajectory/gram";
import { combine, principalDirections } from "../landscape/trajectory/principal";
import { projectPath } from "../landscape/trajectory/projection";
import { randomWalkBaseline } from "../landscape/trajectory/randomWalk";
import { pathRange } from "../landscape/trajectory/range";
import { originValues } from "../landscape/values";
import { ProblemError } from "../protocol/problem";
import type { Check, DirectionFacts, TrajectoryFacts } from "../protocol/result";
import type { HessianDirections, PrincipalDirections, Study } from "../protocol/study";
import { leadingEigenvectors } from "./curvature";
import { openDerivatives } from "./curvatureWork";
import { studyDirections } from "./directions";
import { fingerprintOf } from "./digest";
import type { Planned } from "./messages";
import { requireDerivatives } from "./derivable";
import { loadModel } from "./model";
import type { LoadedModel } from "./model";
import { ratesOf, timesOf } from "./times";
import { CheckpointWeights } from "./weights";

/** Directions of a study with what is to be said of them. */
interface Found {
  readonly directions: readonly Direction[];
  readonly facts: Partial<DirectionFacts>;
  readonly path?: Pick<TrajectoryFacts, "explainedVariance" | "randomWalk" | "centred">;
  readonly checks: readonly Check[];
}

/**
 * Finds the directions of a study and where its checkpoints lie in their plane.
 * @param file where to write the directions; not written when absent.
 * @throws ProblemError that names the file at fault, or says why the checkpoints make no plane.
 */
export async function planStudy(study: Study, file?: string): Promise<Planned> {
  const model = await loadModel(study.model, study.loss);
  await requireDerivatives(study, model);
  const checkpoints: CheckpointWeights[] = [];
  try {
    const { files = [], rename } = study.checkpoints ?? {};
    for (const each of files) checkpoints.push(await CheckpointWeights.open(each, model, rename));
    const found = await findDirections(study, model, checkpoints);
    const trajectory = checkpoints.length > 0 ? await trajectoryOf(study, model, checkpoints, found) : undefined;
    const range = study.grid.fit === true && trajectory ? pathRange(trajectory.checkpoints) : {};
    const [first, second] = found.directions;
    if (file !== undefined) await writeDirections(file, { first: first!, second }, model.graph.parameters);
    const directions = { ...factsOf(study, found.directions, model), ...found.facts };
    return {
      directions,
      ...(trajectory ? { trajectory } : {}),
      grid: { ...study.grid, ...range },
      checks: [...found.checks, ...directionChecks(study, model, found.directions, directions)],
      ...(file === undefined ? {} : { digest: await fingerprintOf(file, "directions") }),
    };
  } finally {
    for (const each of checkpoints) await each.close();
  }
}

function findDirections(study: Study, model: LoadedModel, checkpoints: readonly CheckpointWeights[]): Promise<Found> {
  const { directions } = study;
  switch (directions.kind) {
    case "pca":
      return principal(directions, model, checkpoints);
    case "hessian":
      return eigenvectors(study, directions, model);
    default:
      return studyDirections(study, model).then((found) => ({ directions: found, facts: {}, checks: [] }));
  }
}

async function principal(
  { centred, finalRow, ignore }: PrincipalDirections,
  { graph }: LoadedModel,
  checkpoints: readonly CheckpointWeights[],
): Promise<Found> {
  const origin = originValues(graph.parameters);
  const parameters = compared(graph.parameters, ignore);
  const components = principalDirections(await gramMatrix(checkpoints, origin, parameters), { centred, finalRow });
  const [first = 0, second = 0] = components.ratios;
  const explainedVariance = [first, second] as const;
  const randomWalk = randomWalkBaseline(components.rows, { centred });
  return {
    directions: await combine(checkpoints, origin, parameters, components.coefficients),
    facts: {
      label: `principal directions of ${checkpoints.length} checkpoints, ${centred ? "centred" : "not centred"}, final row ${finalRow ? "included" : "left out"}`,
      axes: [`PC 1 (${percent(first)})`, `PC 2 (${percent(second)})`],
    },
    path: { explainedVariance, randomWalk, centred },
    checks: [explainedVarianceCheck(explainedVariance, randomWalk)],
  };
}

async function eigenvectors(
  study: Study,
  { second, samples, ignore }: HessianDirections,
  model: LoadedModel,
): Promise<Found> {
  const { engine } = await openEngine(study.compute.engine, model.graph);
  try {
    const parameters = ignore === "none" ? "all" : "kernels";
    const derivatives = await openDerivatives({ study, model, engine }, samples, parameters);
    const { directions, eigenvalues, residuals, symmetry } = await leadingEigenvectors(derivatives, second);
    await derivatives.dispose();
    const residual = Math.max(...residuals);
    return {
      directions,
      facts: {
        label: `eigenvectors of the Hessian on ${samples} samples, largest and ${second.replace("-", " ")} eigenvalue`,
        axes: eigenvalues.map((value, k) => `eigenvector ${k + 1} (λ = ${value.toPrecision(3)})`) as [string, string],
        eigenvalues,
      },
      checks: [eigenvectorCheck(residual, symmetry)],
    };
  } finally {
    await engine.dispose();
  }
}

/** Whether the directions are eigenvectors: their residual, to the precision that Lanczos's method was asked for. */
function eigenvectorCheck(residual: number, symmetry: number): Check {
  const tolerance = Math.max(1e-2, productPrecision);
  const base = { name: "eigenvectors", value: residual, expected: tolerance };
  const words = `with a relative residual of ${residual.toExponential(1)} and a symmetry of ${symmetry.toExponential(1)}`;
  return residual <= tolerance
    ? { ...base, level: "ok", message: `The directions are eigenvectors of the Hessian, ${words}.` }
    : { ...base, level: "warning", message: `The directions are eigenvectors only roughly, ${words}.` };
}

/** What every kind of directions is called, before what is particular to it. */
function factsOf(study: Study, found: readonly Direction[], { graph }: LoadedModel): DirectionFacts {
  const { directions } = study;
  const { kind } = directions;
  const [first, second] = found;
  const cosine = study.grid.lines !== true && first && second ? { cosine: cosineBetween(first, second) } : {};
  switch (directions.kind) {
    case "random": {
      const { seed, normalise, count = 1 } = directions;
      const label = `random, ${normalisationText(normalise)}, seed ${seed}${count > 1 ? `, ${count} of them` : ""}`;
      const expected = "cosine" in cosine ? { expectedCosine: expectedCosine(graph.parameters, directions) } : {};
      return {
        kind,
        label,
        axes: ["direction 1", "direction 2"],
        seed,
        normalisation: normalise,
        ...cosine,
        ...expected,
      };
    }
    case "to": {
      const { checkpoint, seed, normalise } = directions;
      const name = path.basename(checkpoint);
      const axes = [`towards ${name}`, "random direction"] as const;
      if (!second) return { kind, label: `from the model to ${name}`, axes };
      const label = `to ${name}; random, ${normalisationText(normalise)}, seed ${seed}`;
      const expectedCosine = expectedCosineWith(first!, graph.parameters, directions);
      return { kind, label, axes, seed, normalisation: normalise, ...cosine, expectedCosine };
    }
    case "between": {
      const [from, to] = shortNames(directions.checkpoints) as readonly [string, string];
      if (study.grid.lines === true)
        return { kind, label: `from ${from} to ${to}`, axes: [`from ${from} to ${to}`, ""] };
      return {
        kind,
        label: `through the model, ${from} and ${to}`,
        axes: [`towards ${from}`, `towards ${to}`],
        ...cosine,
      };
    }
    case "file": {
      const name = path.basename(directions.path);
      return { kind, label: `from ${name}`, axes: ["direction 1", "direction 2"], ...cosine };
    }
    default:
      return { kind, label: kind, axes: ["direction 1", "direction 2"], ...cosine };
  }
}

function directionChecks(
  { directions, batchNorm = "keep" }: Study,
  model: LoadedModel,
  found: readonly Direction[],
  { cosine, expectedCosine: expected }: DirectionFacts,
): readonly Check[] {
  const { parameters } = model.graph;
  if (found.some((direction) => ![...direction.values()].some((values) => values.some((value) => value !== 0)))) {
    throw directions.kind === "to" || directions.kind === "between" ? sameWeights(model) : immovable(model);
  }
  // The direction to a checkpoint has the length that it has.
  const random = directions.kind === "random" ? found : directions.kind === "to" ? found.slice(1) : [];
  const statistics = batchNormCheck(parameters, directions, batchNorm);
  return [
    ...(random.length > 0 && "normalise" in directions ? [normRatioCheck(parameters, random, directions)] : []),
    ...(cosine === undefined ? [] : [cosineCheck(cosine, expected)]),
    ...(statistics ? [statistics] : []),
  ];
}

async function trajectoryOf(
  study: Study,
  { graph }: LoadedModel,
  checkpoints: readonly CheckpointWeights[],
  { directions, path: facts }: Found,
): Promise<TrajectoryFacts> {
  const [first, second] = directions as readonly [Direction, Direction];
  const places = await projectPath(checkpoints, originValues(graph.parameters), [first, second], graph.parameters);
  const { log, drops } = study.checkpoints!;
  const logged = log === undefined ? [] : await readLearningRates(log);
  const { times, rates } = timesOf(checkpoints, logged);
  const names = shortNames(checkpoints.map((each) => each.path));
  return {
    ...facts,
    drops: drops ?? dropsOf(rates.length > 0 ? rates : ratesOf(checkpoints, times)),
    checkpoints: checkpoints.map((each, k) => {
      const epoch = times[k];
      const learningRate = each.learningRate ?? (epoch === undefined ? undefined : rateAt(rates, epoch));
      return {
        name: names[k]!,
        path: each.path,
        ...(epoch === undefined ? {} : { epoch }),
        ...(learningRate === undefined ? {} : { learningRate }),
        ...places[k]!,
      };
    }),
  };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function normalisationText(normalise: string): string {
  const units: Readonly<Record<string, string>> = { dfilter: "filters of unit norm", dlayer: "layers of unit norm" };
  return normalise === "none" ? "not normalised" : (units[normalise] ?? `${normalise}-normalised`);
}

/** The problem of a direction to a checkpoint that is the model itself. */
function sameWeights({ summary }: LoadedModel): ProblemError {
  return new ProblemError({
    reason: "study-invalid",
    title: "A checkpoint is the model itself",
    message: `A direction should lead from "${path.basename(summary.path)}" to another model, but the checkpoint has its own weights.`,
    advice: "Choose a checkpoint of another time or of another training.",
    file: summary.path,
  });
}

/** The problem of a model that has nothing for a direction to move. */
function immovable({ graph, summary }: LoadedModel): ProblemError {
  return new ProblemError({
    reason: "file-unsupported",
    title: "The model's weights cannot be moved",
    message:
      `Of the ${String(graph.parameters.length)} weight tensors of "${path.basename(summary.path)}" none can be moved: ` +
      "all are biases, normalisation, zero, whole numbers, or not finite.",
    advice: "Choose a model whose training did not diverge and whose weights are not quantised.",
    file: summary.path,
  });
}
