import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "vitest";
import { fromJsonNumber } from "../../../server/protocol/numbers";
import type { JsonNumber, RunResult } from "../../../server/protocol/result";
import type { Study } from "../../../server/protocol/study";
import { toResult } from "../../../server/runs/export/json";
import { temporaryFolder } from "../runs/support/folders";
import { fixture, resnetStudy, runStudy } from "../runs/support/study";

/** The numbers that PyTorch computed for the ResNet-8. */
export interface Oracle {
  readonly centre: { readonly loss: number; readonly accuracy: number };
  readonly surface: {
    readonly x: readonly number[];
    readonly y: readonly number[];
    readonly "loss[y][x]": readonly (readonly number[])[];
    readonly "accuracy[y][x]": readonly (readonly number[])[];
  };
  readonly interpolation: {
    readonly t: readonly number[];
    readonly weights: readonly (readonly [number, number])[];
    readonly weights_and_bn_statistics: readonly (readonly [number, number])[];
  };
  readonly pca: Readonly<
    Record<
      "with_final_row" | "without_final_row",
      {
        readonly centred_ratio: readonly [number, number];
        readonly uncentred_ratio: readonly [number, number];
        readonly coords_lstsq_abs: readonly (readonly [number, number])[];
      }
    >
  >;
  readonly path_losses: readonly {
    readonly epoch: number;
    readonly in_plane: readonly [number, number];
    readonly true: readonly [number, number];
  }[];
  readonly hessian: {
    readonly points: readonly {
      readonly at: readonly [number, number];
      readonly max: number;
      readonly min: number;
      readonly ratio: number;
    }[];
  };
}

export const oracle = JSON.parse(readFileSync(path.join(fixture, "oracle.json"), "utf8")) as Oracle;

/** Absolute path of a checkpoint of the ResNet-8. */
export function checkpoint(epoch: number): string {
  return path.join(fixture, `model_${epoch}.pt`);
}

/** All 500 samples of the ResNet-8, one evaluator. */
export function fullStudy(over: Partial<Study> = {}): Study {
  const study = resnetStudy();
  return { ...study, data: { ...study.data, samples: 500 }, compute: { ...study.compute, batchSize: 100 }, ...over };
}

/** Runs a study to its end and returns what `--json` would write. */
export async function resultOf(study: Study, resultsFolder = temporaryFolder()): Promise<RunResult> {
  const { outcome, run } = await runStudy({ study, resultsFolder });
  expect(outcome.problem).toBeUndefined();
  expect(outcome.status).toBe("done");
  return toResult(run.snapshot()!, 0);
}

/** Losses agree to 1e-5 relative, above a loss of 20 to 1e-4. */
export function expectLoss(found: JsonNumber | undefined, expected: number, what = ""): void {
  const value = fromJsonNumber(found ?? "NaN");
  const error = Math.abs(value - expected) / expected;
  expect(error, `${what}: ${value} against ${expected}`).toBeLessThan(expected > 20 ? 1e-4 : 1e-5);
}

/** Accuracies agree up to one sample. */
export function expectAccuracy(found: JsonNumber | undefined, expected: number, samples: number): void {
  expect(Math.abs(fromJsonNumber(found ?? "NaN") - expected)).toBeLessThanOrEqual(100 / samples + 1e-9);
}

/** The levels of a result's checks, by name. */
export function levelsOf(result: RunResult): Record<string, string> {
  return Object.fromEntries(result.checks.map(({ name, level }) => [name, level]));
}
