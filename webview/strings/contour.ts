import { t } from "./l10n";

type Metric = "loss" | "accuracy" | "error";
const names: Readonly<Record<Metric, string>> = { loss: t("loss"), accuracy: t("accuracy"), error: t("error rate") };

/** Texts of the contour view. */
export const strings = {
  lowerPoint: (loss: string, alpha: string, beta: string) =>
    t("A measured point lies below θ*: loss {0} at α {1}, β {2}.", loss, alpha, beta),
  withinError: (point: string) => t("{0}; it differs from θ* by less than the standard error", point),
  notAPlane: t("The grid has a single row or column, so no contour can be drawn. The table shows its values."),

  // Pointer and keyboard
  figureKeys: t(
    "Arrow keys move the cursor, Shift moves ten steps, Home goes to θ*, Enter pins, plus and minus zoom, 0 resets, M measures what is shown, C centres a plane on the cursor. The wheel zooms with Ctrl or Cmd; a drag selects a region; Shift and a drag move what is shown.",
  ),
  regionActions: t("Selected region"),
  zoom: t("Zoom"),
  zoomHint: t("Show this region larger, with what is measured already"),
  measureHere: t("Measure here"),
  measureHint: (columns: number, rows: number) =>
    t("Measure this region on a grid of its own, {0} × {1} points", columns, rows),
  closeRegion: t("Discard the region"),
  mapMenu: t("Map"),
  zoomIn: t("Zoom in here"),
  resetZoom: t("Show the whole plane"),
  measureShown: t("Measure what is shown"),
  openFiner: (run: string) => t("Open the run of this part: {0}", run),
  centreHere: t("Centre a plane here"),
  pinHere: t("Pin the cursor here"),
  copyImage: t("Copy image"),
  enterKey: t("Enter"),
  copyKey: navigator.userAgent.includes("Mac") ? "⌘C" : t("Ctrl+C"),

  // Marks
  marks: t("Marks"),
  markNames: { centre: t("θ*"), lowest: t("Lowest point"), saddles: t("Saddles"), path: t("Path of training") },
  atCentre: t("θ*, the trained weights"),
  atLowest: t("lowest measured point"),
  atHighest: t("highest measured point"),
  atSaddle: t("saddle: lower on two sides, higher on the two others"),
  legend: t("Marks on the map"),
  legendCentre: t("θ*, trained weights"),
  legendLowest: (value: string, alpha: string, beta: string) =>
    t("Lowest measured point, {0} at α {1}, β {2}", value, alpha, beta),
  legendHighest: (value: string, alpha: string, beta: string) =>
    t("Highest measured point, {0} at α {1}, β {2}", value, alpha, beta),
  legendSaddle: (value: string, alpha: string, beta: string) => t("Saddle, {0} at α {1}, β {2}", value, alpha, beta),
  legendSaddles: (count: string, value: string, alpha: string, beta: string) =>
    t("{0} saddles, the lowest {1} at α {2}, β {3}", count, value, alpha, beta),
  saddlesHint: t(
    "Measured points that lie between two lower and two higher sides, as far as they stand out from the sampling error by two standard errors",
  ),

  /** @param split the name of the split where there are several; of both for a difference. */
  summary: (parts: {
    /** Of a surface in three dimensions; absent for a contour map. */
    readonly height?: "log" | "linear";
    readonly metric: Metric;
    readonly split?: string;
    readonly difference: boolean;
    readonly x: readonly [string, string];
    readonly y: readonly [string, string];
    readonly centre: string;
    readonly lowest?: { readonly value: string; readonly alpha: string; readonly beta: string };
    readonly highest?: { readonly value: string; readonly alpha: string; readonly beta: string };
    readonly provenance: string;
  }) => {
    const { metric, split, lowest, highest } = parts;
    const name = names[metric];
    const what = parts.difference
      ? t("the difference in {0}, {1},", name, split ?? "")
      : split === undefined
        ? name
        : t("{0} on {1}", name, split);
    const sentences = [
      parts.height === undefined
        ? t(
            "Contour map of {0} around the trained weights, α from {1} to {2}, β from {3} to {4}.",
            what,
            ...parts.x,
            ...parts.y,
          )
        : t(
            "Surface in three dimensions of {0} around the trained weights, with {5} height, α from {1} to {2}, β from {3} to {4}.",
            what,
            ...parts.x,
            ...parts.y,
            parts.height === "log" ? t("logarithmic") : t("linear"),
          ),
      parts.difference
        ? t("At the trained weights θ* it is {0}.", parts.centre)
        : t("At the trained weights θ* the {0} is {1}.", name, parts.centre),
      ...(lowest && highest
        ? [
            t(
              "Measured values range from {0} at α {1}, β {2} to {3} at α {4}, β {5}.",
              ...[lowest.value, lowest.alpha, lowest.beta],
              ...[highest.value, highest.alpha, highest.beta],
            ),
          ]
        : []),
      `${parts.provenance}.`,
    ];
    return sentences.join(" ");
  },
} as const;
