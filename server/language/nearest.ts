/** The word of `words` that `written` most likely stands for; undefined when none is close. Letter case is ignored. */
export function nearestWord(written: string, words: readonly string[]): string | undefined {
  const wanted = written.toLowerCase();
  const mostChanges = Math.max(1, Math.floor(wanted.length / 3));
  let best: string | undefined;
  let fewest = mostChanges + 1;
  for (const word of words) {
    const changes = changesBetween(wanted, word.toLowerCase(), fewest);
    if (changes >= fewest) continue;
    fewest = changes;
    best = word;
  }
  return best;
}

/**
 * How many letters must be changed, added, left out or swapped with their neighbour to get from one word to the other
 * (optimal string alignment); no more than `limit` is told apart.
 */
function changesBetween(first: string, second: string, limit: number): number {
  if (Math.abs(first.length - second.length) >= limit) return limit;
  let beforeLast: number[] = [];
  let last = Array.from({ length: second.length + 1 }, (_, j) => j);
  for (let i = 1; i <= first.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= second.length; j += 1) {
      const same = first[i - 1] === second[j - 1];
      const swapped = i > 1 && j > 1 && first[i - 1] === second[j - 2] && first[i - 2] === second[j - 1];
      const ways = [last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1)];
      row.push(Math.min(...ways, ...(swapped ? [beforeLast[j - 2]! + 1] : [])));
    }
    beforeLast = last;
    last = row;
  }
  return Math.min(last[second.length]!, limit);
}
