/** A value that a line is drawn at; major ones are numbered. */
export interface LevelLine {
  readonly value: number;
  readonly major: boolean;
}

const wideSteps = { steps: [1, 1.5, 2, 3, 5, 7], major: [1, 2, 5] };
const fineSteps = { steps: [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8], major: [1, 2, 3, 5] };
/** Beyond five decades six lines per decade would run into each other. */
const sparseSteps = { steps: [1, 2, 5], major: [1] };
const decadeSteps = { steps: [1], major: [1] };

/** Lines at round parts of the decades between two positive values, as many in a decade as there is room for. */
export function logLines(low: number, high: number): readonly LevelLine[] {
  const decades = Math.log10(high / low);
  const policy = decades < 1.8 ? fineSteps : decades < 5 ? wideSteps : decades < 11 ? sparseSteps : decadeSteps;
  const lines: LevelLine[] = [];
  for (let exponent = Math.floor(Math.log10(low)); exponent <= Math.log10(high); exponent++) {
    for (const step of policy.steps) {
      const value = Number(`${step}e${exponent}`);
      if (value > low && value < high) lines.push({ value, major: policy.major.includes(step) });
    }
  }
  // A range narrower than the steps of a decade has too few of them to show a shape.
  return lines.length >= 4 ? lines : linearLines(low, high);
}

/** From the nicest step down; together they reach 10 to 16 bands for every span. */
const niceSteps = [1, 2, 5, 2.5, 4, 1.5, 8];

const flatness = 1e-9;

/** Lines at equal round steps, of which there are 9 to 15; none where the values are the same to nine digits. */
export function linearLines(low: number, high: number): readonly LevelLine[] {
  const span = high - low;
  // Values that differ in their last digits only have no shape, and no numbers that tell levels apart.
  if (!(span > flatness * Math.max(Math.abs(low), Math.abs(high)))) return [];
  const decade = 10 ** Math.floor(Math.log10(span / 10));
  const candidates = niceSteps.flatMap((step) => [step * decade, step * decade * 10, (step * decade) / 10]);
  const step = candidates.find((candidate) => {
    const bands = multiples(candidate, low, high).length + 1;
    return bands >= 10 && bands <= 16;
  });
  return linesEvery(step ?? decade, low, high);
}

/** Lines at steps in which people count percents. Smaller ranges are like any other. */
export function percentLines(low: number, high: number): readonly LevelLine[] {
  const step = [5, 2, 1].find((size) => high - low >= 10 * size && high - low <= 20 * size);
  return step === undefined ? linearLines(low, high) : linesEvery(step, low, high);
}

/** Every second line is major. */
function linesEvery(step: number, low: number, high: number): readonly LevelLine[] {
  return multiples(step, low, high).map((m) => ({ value: tidy(m * step), major: m % 2 === 0 }));
}

/** Whole numbers m with low < m · step < high. */
function multiples(step: number, low: number, high: number): readonly number[] {
  const found: number[] = [];
  const first = Math.floor(low / step) + 1;
  for (let m = first; tidy(m * step) < high && found.length < 40; m++) if (tidy(m * step) > low) found.push(m);
  return found;
}

/** Without the digits that adding up rounded numbers leaves. */
export function tidy(value: number): number {
  return Number(value.toPrecision(12));
}
