import * as echarts from "echarts/core";
import { expect } from "vitest";
import type { Box } from "../../../server/drawing/box";
import { mountPanel, settled } from "./panel";
import type { Mounted } from "./panel";

interface Series {
  readonly id: string;
  renderItem(): {
    children: readonly { type: string; style: { fill?: string; stroke?: string; text?: string }; shape: unknown }[];
  };
}

interface Option {
  readonly grid: readonly (Box & { left: number; top: number })[];
  readonly series: readonly Series[];
  readonly graphic: readonly { elements: readonly { style?: { text?: string; fill?: string } }[] }[];
}

/** Mounts a panel and waits until its maps are drawn, where it has some. */
export async function mount(...args: Parameters<typeof mountPanel>): Promise<Mounted> {
  const mounted = await mountPanel(...args);
  if (mounted.all("compare-figure").length === 0) return mounted;
  await expect.poll(() => echarts.getInstanceByDom(mounted.find(".canvas")) !== undefined).toBe(true);
  await settled();
  return mounted;
}

/** What the canvas of a comparison draws. */
export function option(mounted: Mounted): Option {
  return echarts.getInstanceByDom(mounted.find(".canvas"))!.getOption() as unknown as Option;
}
