import { stat } from "node:fs/promises";
import path from "node:path";
import { fingerprintInProcess } from "../evaluator/describe";
import { ProblemError } from "../protocol/problem";
import type { ForeseeParams, ForeseeResult } from "../protocol/requests";
import type { Study } from "../protocol/study";
import { evaluationsOf, experienceOf, productsOf } from "../runs/estimate";
import type { Seconds } from "../runs/estimate";
import { findEarlier, journalPath } from "../runs/find";
import { readJournal } from "../runs/journal";
import type { JournalContent } from "../runs/record";
import { findTakenOver } from "../runs/takeOver";
import { Extras } from "../runs/extras";
import { changedStudy } from "../study/change";
import { resolveResultsFolder } from "../study/results";
import { commandOf } from "./commandOf";

type Foreseen = Extract<ForeseeResult, { readonly kind: "ready" }>;
type Fingerprints = Readonly<Record<string, string>>;

/** Changes studies and tells what their runs would cost. Reads every file once, as long as it does not change. */
export class Foresight {
  /** Of the files of the study that was asked for last, with what tells whether they are still the same. */
  private last: { readonly files: string; readonly stamps: string; readonly fingerprints: Fingerprints } | undefined;

  constructor(private readonly log: (message: string) => void) {}

  /**
   * The changed study, and what its run would be.
   * @throws ProblemError when it cannot be run, or a file is missing.
   */
  async foresee({ study, change, defaults }: ForeseeParams): Promise<Foreseen> {
    const changed = changedStudy(study, change);
    await expectWeights(changed);
    const { resultsFolder: setting } = defaults;
    const folder = resolveResultsFolder(changed.model.path, setting);
    const fingerprints = await this.fingerprints(changed);
    const own = fingerprints[changed.model.path] ?? "";
    const [earlier, { seconds, productsPerPoint }, command] = await Promise.all([
      findEarlier(changed, fingerprints, folder),
      experienceOf(changed, own, folder),
      commandOf(changed, setting),
    ]);
    const all = { evaluations: evaluationsOf(changed), products: productsOf(changed, productsPerPoint) };
    const known = earlier
      ? await readJournal(journalPath(changed, fingerprints, folder))
      : await findTakenOver(changed, fingerprints, folder);
    const left = known ? missing(known, all) : all;
    return {
      kind: "ready",
      study: changed,
      ...left,
      ...(seconds === undefined ? {} : { seconds: secondsFor(seconds, left, all) }),
      ...(earlier ? { earlier } : {}),
      fingerprints,
      command,
    };
  }

  private async fingerprints(study: Study): Promise<Fingerprints> {
    const { model, data, splits, checkpoints, directions } = study;
    const files = JSON.stringify([
      model,
      data.path,
      data.y,
      splits?.map((each) => [each.path, each.y]),
      checkpoints?.files,
      directions,
    ]);
    if (this.last?.files === files && this.last.stamps === (await stampsOf(this.last.fingerprints))) {
      return this.last.fingerprints;
    }
    const fingerprints = await fingerprintInProcess(study, { log: this.log });
    this.last = { files, stamps: await stampsOf(fingerprints), fingerprints };
    return fingerprints;
  }
}

/** Sizes and times of change of files. */
async function stampsOf(fingerprints: Fingerprints): Promise<string> {
  const stamps = await Promise.all(
    Object.keys(fingerprints).map((file) =>
      stat(file).then(
        ({ size, mtimeMs }) => [file, size, mtimeMs],
        () => [file],
      ),
    ),
  );
  return JSON.stringify(stamps);
}

type Known = Pick<JournalContent, "header" | "points" | "extras"> & Partial<Pick<JournalContent, "ends">>;

interface Amount {
  readonly evaluations: number;
  readonly products: number;
}

/** What is left to be done of a run that has begun, or begins with what another one has measured. */
function missing({ header, points, extras, ends = [] }: Known, all: Amount): Amount {
  const beside = new Extras(header);
  beside.add(extras);
  const checkpoints = beside.remaining("checkpoint").length;
  const isDone = ends.at(-1)?.end === "done";
  if (isDone) return { evaluations: 0, products: 0 };
  const others = beside.remaining("curvature", "trace", "density", "sharpness").length;
  const of = beside.total - (header.trajectory?.checkpoints.length ?? 0);
  return {
    evaluations: header.x.length * header.y.length - points.length + 2 * checkpoints,
    products: of === 0 ? 0 : Math.round((all.products * others) / of),
  };
}

/**
 * Seconds for what is left: of the evaluations and of the products each its share, where it is known what the products
 * take; otherwise the larger share of all.
 */
function secondsFor({ all: seconds, products }: Seconds, left: Amount, all: Amount): number {
  const share = (kind: keyof Amount): number => (all[kind] === 0 ? 0 : left[kind] / all[kind]);
  if (products === undefined) return seconds * Math.max(share("evaluations"), share("products"));
  return (seconds - products) * share("evaluations") + products * share("products");
}

/** The fingerprints name a missing file by its role; of weights that were just chosen more can be said. */
async function expectWeights({ model }: Study): Promise<void> {
  if (model.weights === undefined) return;
  const found = await stat(model.weights).catch(() => undefined);
  if (found?.isFile()) return;
  throw new ProblemError({
    reason: "file-missing",
    title: "The weights were not found",
    message: `${path.basename(model.weights)} should be at ${model.weights}, but there is no such file.`,
    advice: "Choose another checkpoint, or put the file back.",
    file: model.weights,
  });
}
