import { t } from "./l10n";

type Metric = "loss" | "accuracy" | "error";
const names: Readonly<Record<Metric, string>> = { loss: t("loss"), accuracy: t("accuracy"), error: t("error rate") };

/** Texts of the contour view. */
export const strings = {
  lowerPoint: (loss: string, alpha: string, beta: string) =>
    t("A measured point lies below θ*: loss {0} at α {1}, β {2} (◇ on the map).", loss, alpha, beta),
  notAPlane: t("The grid has a single row or column, so no contour can be drawn. The table shows its values."),

  /** @param split the name of the split where there are several; of both for a difference. */
  summary: (parts: {
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
      t(
        "Contour map of {0} around the trained weights, α from {1} to {2}, β from {3} to {4}.",
        what,
        ...parts.x,
        ...parts.y,
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
