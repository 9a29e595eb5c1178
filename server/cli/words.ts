import path from "node:path";
import { fromJsonNumber } from "../protocol/numbers";
import type { JsonNumber, TakenOverFacts } from "../protocol/result";
import type { Directions } from "../protocol/study";

/** A loss with four significant digits; NaN and infinities in words. */
export function lossText(loss: JsonNumber): string {
  const value = fromJsonNumber(loss);
  return Number.isFinite(value) ? value.toPrecision(4) : String(value);
}

/** 84.4 %; a dash where there is no accuracy. */
export function percentText(percent: JsonNumber): string {
  const value = fromJsonNumber(percent);
  return Number.isNaN(value) ? "–" : `${Number(value.toFixed(2))} %`;
}

/** Where directions come from, in a few words. */
export function directionsText(directions: Directions): string {
  switch (directions.kind) {
    case "random":
    case "to": {
      const { normalise, ignore, seed } = directions;
      const random = `random, ${normalise}-normalised, ignoring ${ignore}, seed ${seed}`;
      return directions.kind === "random" ? random : `to ${path.basename(directions.checkpoint)}; ${random}`;
    }
    case "between":
      return `between ${directions.checkpoints.map((file) => path.basename(file)).join(" and ")}`;
    case "file":
      return `from ${path.basename(directions.path)}`;
    case "hessian":
      return `eigenvectors of the Hessian, largest and ${directions.second}`;
    case "pca":
      return `principal directions of the path, ${directions.centred ? "centred" : "not centred"}`;
  }
}

/** How much of a run others had measured, and which. */
export function takenOverText({ points, extras, run, others = [] }: TakenOverFacts): string {
  const more = extras === 0 ? "" : ` and ${countText(extras)} more`;
  return `${plural(points, "point")}${more} of the same plane, from ${[run, ...others].join(", ")}`;
}

/** `1:05` or `2:03:09`. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number): string => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** 78042 as `78,042`, the same in every locale. */
export function countText(count: number): string {
  return count.toLocaleString("en-US");
}

/** `1 evaluator`, `2 evaluators`. */
export function plural(count: number, noun: string): string {
  return `${countText(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** Columns padded to the width of their widest cell. */
export function tableText(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}
