import type { Box } from "../../../drawing/box";
import type { TrajectoryFigure } from "../../../protocol/result";
import { sideRoom } from "./axes";
import type { Canvas, Drawing } from "./canvas";
import { sizes } from "./canvas";
import { chart, legend, polyline, runsOf } from "./chart";
import { element, group, line } from "./element";
import { tickText } from "./format";
import { text } from "./text";
import { domainOf, scaleOf, type Scale } from "./ticks";
import { epochOf, hasEpochs, pathLosses } from "./trajectoryFigure";

/** Loss by epoch: of every checkpoint and of its projection onto the plane, which differ; drops of the learning rate. */
export function epochDrawing(canvas: Canvas, trajectory: TrajectoryFigure, split?: string): (top: number) => Drawing {
  const { theme } = canvas;
  const { own, inPlane } = pathLosses(trajectory, split);
  const epochs = trajectory.checkpoints.map((_, k) => epochOf(trajectory, k));
  return (top) => {
    const { domain, log } = domainOf([...own, ...inPlane]);
    const left = 12 + sideRoom(scaleOf(domain, [1, 0], { log, intervals: 3 }));
    const box: Box = { x: left, y: top + 40, width: canvas.width - left - 24, height: 110 };
    const x = scaleOf([epochs[0]!, epochs[epochs.length - 1]!], [box.x, box.x + box.width], { intervals: 8 });
    const y = scaleOf(domain, [box.y + box.height, box.y], { log, intervals: 3 });
    const solid = { stroke: theme.loss, width: 1.8 };
    const dashed = { stroke: theme.accuracy, width: 1.6, dashed: true };
    const hollow = (cx: number, cy: number): string => dot(cx, cy, theme.paper, theme.accuracy);
    const filled = (cx: number, cy: number): string => dot(cx, cy, theme.loss, theme.loss);
    const keys = legend(canvas, left, top + 14, canvas.width - left - 16, [
      { name: "checkpoint", style: solid, mark: (at, base) => filled(at + 10, base) },
      { name: "its projection onto the plane", style: dashed, mark: (at, base) => hollow(at + 10, base) },
    ]);
    const named = hasEpochs(trajectory);
    const drops = named ? trajectory.drops : [];
    const axes = { x: wholeTicks(x), y, xName: named ? "epoch" : "checkpoint", yName: "loss" };
    const content = [
      ...drops.map((drop) => dropLine(canvas, box, x.at(drop))),
      polyline(runsOf(epochs, inPlane, x, y), { ...dashed, name: "plane" }),
      polyline(runsOf(epochs, own, x, y), { ...solid, name: "own" }),
    ];
    const dots = epochs.flatMap((epoch, k) => [
      ...(drawable(inPlane[k]!, y) ? [hollow(x.at(epoch), y.at(inPlane[k]!))] : []),
      ...(drawable(own[k]!, y) ? [filled(x.at(epoch), y.at(own[k]!))] : []),
    ]);
    const markup = group(
      {},
      keys.markup,
      chart(canvas, box, axes, ...content),
      ...dots,
      ...drops.map((drop) => dropMark(canvas, trajectory, box, x.at(drop), drop)),
    );
    return { markup, height: 40 + box.height + 50 };
  };
}

function drawable(value: number, { log }: Scale): boolean {
  return Number.isFinite(value) && (!log || value > 0);
}

function dot(cx: number, cy: number, fill: string, stroke: string): string {
  return element("circle", { cx, cy, r: 2.8, fill, stroke, "stroke-width": 1.3 });
}

/** Epochs are whole numbers. */
function wholeTicks(scale: Scale): Scale {
  return { ...scale, ticks: scale.ticks.filter(Number.isInteger) };
}

function dropLine({ theme }: Canvas, box: Box, x: number): string {
  return line(x, box.y, x, box.y + box.height, { stroke: theme.drop, "stroke-dasharray": "2 2.5" });
}

/** A diamond on top of the chart, with the learning rate that follows where it is known. */
function dropMark({ theme }: Canvas, { checkpoints }: TrajectoryFigure, box: Box, x: number, drop: number): string {
  const d = `M${x.toFixed(2)} ${box.y - 13}l5 5l-5 5l-5 -5Z`;
  const after = checkpoints.find(({ epoch }) => epoch !== undefined && epoch > drop)?.learningRate;
  const words = after === undefined ? "" : `LR ${tickText(after)}`;
  return (
    element("path", { d, fill: theme.drop, stroke: "#000000", "stroke-width": 0.8 }) +
    (words ? text(x + 9, box.y - 8, words, { size: sizes.caption, fill: theme.muted, middle: true }) : "")
  );
}
