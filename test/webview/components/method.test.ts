import * as echarts from "echarts/core";
import { describe, expect, test } from "vitest";
import { pathPlaces } from "../support/method";
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
