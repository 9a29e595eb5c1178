import { guideStrings as strings } from "../strings/guide";
import { isSurface } from "./kind";
import type { RunData } from "./model";

/** A paragraph of the guide. */
export interface GuidePart {
  readonly name: "axes" | "contours" | "scale" | "slice" | "path" | "curvature";
  readonly title: string;
  readonly text: string;
}

/** The guide for a run: what its axes are, what may be compared, what cannot be seen. */
export function guideOf(run: RunData): readonly GuidePart[] {
  const { study, data, trajectory } = run.header;
  const isPlane = isSurface(run);
  return [
    { name: "axes", title: strings.axes, text: axesText(run) },
    ...(isPlane
      ? [{ name: "contours", title: strings.contours, text: strings.contoursText(data.samples, data.split) } as const]
      : []),
    { name: "scale", title: strings.scale, text: scaleText(run) },
    { name: "slice", title: strings.slice, text: strings.sliceText },
    ...(trajectory ? [{ name: "path", title: strings.path, text: strings.pathText } as const] : []),
    ...(study.curvature ? [{ name: "curvature", title: strings.curvature, text: strings.curvatureText } as const] : []),
  ];
}

function axesText(run: RunData): string {
  const { study, model } = run.header;
  if (!isSurface(run)) return strings.lineAxes(model.parameters);
  switch (study.directions.kind) {
    case "random":
      return strings.randomAxes(model.parameters);
    case "pca":
      return strings.pathAxes(model.parameters);
    case "hessian":
      return strings.hessianAxes(model.parameters);
    case "to":
    case "between":
      return strings.modelAxes(model.parameters);
    case "file":
      return strings.fileAxes(model.parameters);
  }
}

function scaleText({ header }: RunData): string {
  const { directions } = header.study;
  if (directions.kind !== "random") return strings.learnedScale;
  switch (directions.normalise) {
    case "filter":
      return strings.filterScale;
    case "layer":
    case "weight":
      return strings.ownScale;
    default:
      return strings.noScale;
  }
}
