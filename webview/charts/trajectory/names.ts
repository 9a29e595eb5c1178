/** 1, 2, 5, 10, 20, 50, … */
function* niceSteps(): Generator<number> {
  for (let decade = 1; ; decade *= 10) for (const factor of [1, 2, 5]) yield factor * decade;
}

/**
 * Which of many checkpoints are named: those at multiples of the least nice step (1, 2, 5, 10, …) whose names fit; of
 * times that are no such multiples, every so many checkpoints.
 * @param times of the checkpoints, ascending.
 * @param fits whether the names of these checkpoints have room; asked of fewer and fewer, and not of one alone.
 */
export function namedAt(times: readonly number[], fits: (indices: readonly number[]) => boolean): readonly number[] {
  const all = times.map((_, index) => index);
  for (const step of niceSteps()) {
    const isMultiple = (at: number): boolean => Math.abs(at / step - Math.round(at / step)) < 1e-6;
    const byTime = all.filter((index) => isMultiple(times[index]!));
    const chosen = byTime.length >= 3 ? byTime : all.filter((index) => index % step === 0);
    if (chosen.length <= 1 || fits(chosen)) return chosen;
  }
  return [];
}
