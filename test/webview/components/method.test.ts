import * as echarts from "echarts/core";
import { describe, expect, test } from "vitest";
import { linesOption } from "../../../webview/charts/lines";
import { paperTheme } from "../../../webview/charts/theme";
import { lineSeries } from "../../../webview/state/lines";
import { emptyModel } from "../../../webview/state/model";
import { reduce } from "../../../webview/state/reducer";
import { linesSnapshot, pathPlaces } from "../support/method";
import { drawn, mountPanel, settled } from "../support/panel";
import { storiesOf } from "../support/stories";
import { oracleSurface } from "../support/surface";

const surface = oracleSurface(51);
const stories = storiesOf(surface);

describe("the path of training", () => {
  test("is drawn over the contour, with the explained variance on the axes", async () => {
    const without = await mountPanel(stories.done);
    await settled();
    const before = drawn(without);
    const mounted = await mountPanel(stories.path);
    await settled();
    expect(drawn(mounted)).not.toBe(before);
    const chart = echarts.getInstanceByDom(mounted.find(".canvas"))!;
    const option = chart.getOption() as { xAxis: { name: string }[]; yAxis: { name: string }[] };
    expect([option.xAxis[0]!.name, option.yAxis[0]!.name]).toEqual(["PC 1 (81.2 %)", "PC 2 (12.5 %)"]);
    const radii = chart
      .getZr()
      .storage.getDisplayList()
      .flatMap((element) =>
        "shape" in element && element.type === "circle" ? [(element.shape as { r: number }).r] : [],
      );
    expect(radii.filter((radius) => radius === 3.2)).toHaveLength(pathPlaces.length);
    expect(radii.filter((radius) => radius === 7)).toHaveLength(2);
  });
});

describe("lines", () => {
  test("take the place of the contour and say what they show", async () => {
    const mounted = await mountPanel(stories.lines);
    await settled();
    expect(mounted.all("contour-view")).toHaveLength(0);
    expect(mounted.find("line-view .canvas, .canvas").getAttribute("aria-label")).toBe(
      "Loss and accuracy on test and train along 3 directions; 123 of 123 points are measured.",
    );
  });

  test("have the numbers of the run, for every split and member", () => {
    const snapshot = linesSnapshot();
    const model = reduce(emptyModel, { kind: "snapshot", snapshot });
    const series = lineSeries(model.run!);
    expect(series.map(({ split, member }) => `${split} ${member}`)).toEqual([
      "test 0",
      "test 1",
      "test 2",
      "train 0",
      "train 1",
      "train 2",
    ]);
    expect(series[1]!.loss[0]).toBe(snapshot.points.find(({ index }) => index === 41)!.loss);
    expect(series[4]!.loss[0]).toBeCloseTo(0.8 * series[1]!.loss[0]!, 12);
    const option = linesOption({
      x: snapshot.header.x,
      series,
      axis: "direction 1",
      theme: paperTheme("sans-serif"),
    }) as {
      series: { name: string; lineStyle: { type: string }; data: [number, number | null][] }[];
    };
    const loss = option.series.find(({ name }) => name === "Loss (test)")!;
    expect(loss.lineStyle.type).toBe("dashed");
    expect(loss.data[20]).toEqual([snapshot.header.x[20], series[0]!.loss[20]]);
    expect(option.series.find(({ name }) => name === "Loss (train)")!.lineStyle.type).toBe("solid");
  });
});
