/**
 * Shares of the variance that the two leading principal components of a pure random walk explain, in the limit of many
 * dimensions (J. Antognini, J. Sohl-Dickstein, "PCA of high dimensional random walks with comparison to neural network
 * training", NeurIPS 2018, arXiv 1806.08805): what a path without any direction gives. Exact for any number of rows T,
 * from the eigenvalues of the Gram matrix that the steps' independence gives:
 *
 * - centred: λₖ ∝ 1/sin²(πk/2T), k = 1 … T − 1, with the sum 2(T² − 1)/3. For many rows 6/(πk)²: 0.608 and 0.152.
 * - uncentred, rows relative to the walk's last point, which is not among them: G_ij = min(i, j) counted from the end,
 *   λₖ ∝ 1/sin²(π(2k − 1)/(4T + 2)), k = 1 … T, with the sum 2T(T + 1). For many rows 8/(π(2k − 1))²: 0.811 and 0.090.
 *
 * The walk's own chance deviates from these by about √(2/n) for n dimensions, which is nothing for a network.
 *
 * @param rows points of the walk that take part (`PrincipalComponents.rows`)
 * @throws RangeError below two
 */
export function randomWalkBaseline(
  rows: number,
  { centred }: { readonly centred: boolean },
): readonly [number, number] {
  if (!Number.isInteger(rows) || rows < 2) throw new RangeError(`A walk needs at least two rows, not ${rows}.`);
  const share = (k: number): number =>
    centred
      ? 1.5 / (rows * rows - 1) / Math.sin((Math.PI * k) / (2 * rows)) ** 2
      : 1 / (2 * rows * (rows + 1)) / Math.sin((Math.PI * (2 * k - 1)) / (4 * rows + 2)) ** 2;
  return [share(1), centred && rows === 2 ? 0 : share(2)];
}
