import { t } from "./l10n";

/** Texts of the Surface view. */
export const surfaceStrings = {
  floorMap: t("Floor map"),
  resetView: t("Reset view"),
  hint: t("Drag or use the arrow keys to rotate. Scroll with Ctrl or Cmd to zoom."),
  shortHint: t("Drag or use the arrow keys to rotate."),
  keys: t(
    "Arrow keys rotate, plus and minus zoom, 0 resets the view, Escape frees a pinned point. Display options show the values as a table.",
  ),
  empty: t("Surface in three dimensions, not measured yet"),
  drawnBy: t("Drawn with"),
  renderers: { auto: t("Best for this machine"), webgl: t("WebGL"), canvas: t("2-D canvas") },
  reasons: {
    asked: "",
    hardware: "",
    none: t("there is no WebGL"),
    software: t("WebGL is drawn in software here"),
    slow: t("WebGL is slow here"),
    lost: t("WebGL was lost"),
    failed: t("WebGL could not be started"),
  },
  holes: (count: number) =>
    count === 1
      ? t("1 grid point is not finite: the sheet has a hole there.")
      : t("{0} grid points are not finite: the sheet has holes there.", count),
  capped: (value: string) => t("Values above {0} are drawn at the height of {0}.", value),
  floored: (value: string) => t("Values below {0} are drawn at the height of {0}.", value),
};
