import { forEachNode, surplusAt } from "./refineLevel";
import type { Measured, Plan, Scale } from "./refineLevel";

/** A node is interpolated only where its estimated error is at most this part of the tolerance. */
const largestPrediction = 0.4;
/** Where interpolation is found to be off by more than this part of the tolerance, the surroundings are measured. */
const largestSurplus = 0.4;
/** How far the surroundings reach, in lines of the level. */
const radius = 2;
/** One new node of this many is measured as a test of what is not. */
const testEvery = 11;
/** When more than this share of a level's tests are off by more than `largestSurplus`, the level is measured whole … */
const mostFailures = 0.1;
/** … and also when more than this share of it is to be measured: what is left on rough ground saves little. */
const mostRequired = 0.75;

/** What of a level is to be measured, as far as is known; arrays are row-major over its lines. */
export interface Decision {
  /** 1 for new nodes that are to be measured, whether they are already or not. */
  readonly required: Uint8Array;
  /** How uncertain a node is: its predicted error, or what was found beside it. */
  readonly uncertainty: Float64Array;
  /** New nodes that are measured as tests of others that are not. */
  readonly tests: readonly number[];
}

/** Everything of a level is measured. */
export function decideWhole({ isNew, predicted }: Plan): Decision {
  return { required: isNew, uncertainty: predicted, tests: [] };
}

/**
 * Which new nodes of a level are to be measured: those whose predicted error is too large; of the others an evenly
 * spread eleventh, as tests; the surroundings of every node whose error was found to be too large; and the whole level
 * (of lines, the whole line) when tests fail too often or little is left.
 *
 * More measured points never take a node out again, so that what is required in the end does not depend on the order in
 * which points are measured.
 * @param number of the level
 * @param lines rows have nothing to do with one another
 */
export function decide(
  plan: Plan,
  number: number,
  lines: boolean,
  width: number,
  measured: Measured,
  scale: Scale,
): Decision {
  const { level, isNew, expected, predicted } = plan;
  if (!expected) return decideWhole(plan);
  const columns = level.columns.length;
  const required = new Uint8Array(isNew.length);
  const tests: number[] = [];
  for (let node = 0; node < isNew.length; node++) {
    if (isNew[node] === 0) continue;
    if (predicted[node]! > largestPrediction) required[node] = 1;
    else if (isTest(node % columns, Math.floor(node / columns), number)) {
      required[node] = 1;
      tests.push(node);
    }
  }
  const surplus = surplusOf(plan, width, measured, scale);
  const uncertainty = predicted.slice();
  const reach = { across: radius, down: lines ? 0 : radius };
  for (let node = 0; node < isNew.length; node++) {
    const found = surplus[node]!;
    if (!(found > largestSurplus)) continue;
    forEachAround(node, columns, isNew.length / columns, reach, (other) => {
      if (isNew[other] === 0) return;
      required[other] = 1;
      uncertainty[other] = Math.max(uncertainty[other]!, found);
    });
  }
  const stride = lines ? columns : isNew.length;
  const standing: number[] = [];
  for (let start = 0; start < isNew.length; start += stride) {
    const end = start + stride;
    const own = tests.filter((node) => node >= start && node < end);
    if (failsOften(own, surplus) || isMostly(required, isNew, start, end)) {
      required.set(isNew.subarray(start, end), start);
    } else standing.push(...own);
  }
  return { required, uncertainty, tests: standing };
}

/** By how much interpolation is off at each new node that is measured; NaN elsewhere. */
export function surplusOf(
  { level, isNew, expected }: Plan,
  width: number,
  measured: Measured,
  scale: Scale,
): Float64Array {
  const surplus = new Float64Array(isNew.length).fill(NaN);
  forEachNode(level, width, (node, index) => {
    if (isNew[node] === 0 || measured.known[index] !== 1) return;
    surplus[node] = surplusAt(expected!, node, measured, index, scale);
  });
  return surplus;
}

/**
 * A lattice in which no disc of radius 1.8 lines is empty; 11 is odd, so that it meets old and new lines alike. It is
 * shifted from level to level.
 */
function isTest(column: number, row: number, number: number): boolean {
  return (column + 3 * row + 5 * number) % testEvery === 0;
}

/** Whether too many tests failed; known only when all of them are measured. */
function failsOften(tests: readonly number[], surplus: Float64Array): boolean {
  if (tests.some((node) => Number.isNaN(surplus[node]))) return false;
  return tests.filter((node) => surplus[node]! > largestSurplus).length > mostFailures * tests.length;
}

function isMostly(required: Uint8Array, isNew: Uint8Array, start: number, end: number): boolean {
  return countOf(required.subarray(start, end)) > mostRequired * countOf(isNew.subarray(start, end));
}

/** Number of ones. */
export function countOf(mask: Uint8Array): number {
  return mask.reduce((sum, value) => sum + value, 0);
}

function forEachAround(
  node: number,
  columns: number,
  rows: number,
  reach: { readonly across: number; readonly down: number },
  visit: (node: number) => void,
): void {
  const column = node % columns;
  const row = Math.floor(node / columns);
  for (let v = Math.max(0, row - reach.down); v <= Math.min(rows - 1, row + reach.down); v++) {
    for (let u = Math.max(0, column - reach.across); u <= Math.min(columns - 1, column + reach.across); u++) {
      visit(v * columns + u);
    }
  }
}
