import * as echarts from "echarts/core";
import { expect, test } from "vitest";
import { mountPanel } from "../support/panel";
import { storiesOf } from "../support/stories";
import { oracleSurface } from "../support/surface";

const stories = storiesOf(oracleSurface(51));

test("the map of a trajectory names no level where a checkpoint's number stands", async () => {
  for (const width of [800, 380]) {
    const mounted = await mountPanel(stories.trajectory);
    await mounted.resize(width);
    const canvas = mounted.find("trajectory-map").shadowRoot!.querySelector<HTMLElement>(".canvas")!;
    const written = echarts.getInstanceByDom(canvas)!.getZr().storage.getDisplayList(true) as unknown as readonly {
      readonly style: { readonly text?: string; readonly font?: string };
      getPaintRect(): { x: number; y: number; width: number; height: number };
    }[];
    // The halo is part of the text; ECharts adds seven pixels around it.
    const overlap = (a: number, lengthA: number, b: number, lengthB: number) =>
      a + 7 < b + lengthB - 7 && b + 7 < a + lengthA - 7;
    const boxes = (weight: string) =>
      written.filter(({ style }) => style.text && style.font?.startsWith(weight)).map((text) => text.getPaintRect());
    const [levels, numbers] = [boxes("500"), boxes("600")];
    expect(levels.length).toBeGreaterThan(4);
    expect(numbers.length).toBeGreaterThan(5);
    const covered = levels.filter(({ x, y, width, height }) =>
      numbers.some((box) => overlap(x, width, box.x, box.width) && overlap(y, height, box.y, box.height)),
    );
    expect(covered).toEqual([]);
  }
});
