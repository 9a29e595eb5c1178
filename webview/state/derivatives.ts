/** How the worker's notice begins that tells of a model without second derivatives. */
export const noDerivatives = "Curvature, eigenvectors and sharpness are not available for ";

/** Why a model has no curvature, among what was found out about it before the run; undefined when it has. */
export function curvatureObstacle(found: readonly string[]): string | undefined {
  return found.find((notice) => notice.startsWith(noDerivatives));
}
