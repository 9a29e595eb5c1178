import { expect, test } from "vitest";
import { packed } from "../../../extension/panels/packed";
import type { HostMessage } from "../../../webview/protocol/messages";
import { drawnElements } from "../support/drawing";
import { mountPanel, point, settled } from "../support/panel";
import type { Mounted } from "../support/panel";
import { splitSnapshot } from "../support/splits";
import { oracleSurface } from "../support/surface";

/** Large enough for pictures that are made over several frames. */
const surface = oracleSurface(121);

/** What the worker sends between two numbers of measured points. */
function messagesBetween(from: number, to: number, count: number): readonly HostMessage[] {
  const end = splitSnapshot(surface, { status: "running", measured: to });
  const { estimate, furtherEstimates } = end;
  const points = end.points.slice(from);
  const each = Math.ceil(points.length / count);
  return Array.from({ length: count }, (_, k) => {
    const last = k === count - 1;
    return packed({
      kind: "points",
      points: points.slice(k * each, (k + 1) * each),
      ...(last && estimate && furtherEstimates ? { estimate, furtherEstimates } : {}),
      progress: { ...end.progress, measured: Math.min(to, from + (k + 1) * each) },
    });
  });
}

/** The pixels of everything that is drawn of the figure. */
function pixelsOf(mounted: Mounted): readonly string[] {
  return mounted.all<HTMLCanvasElement>("canvas").map((canvas) => canvas.toDataURL());
}

async function atRest(mounted: Mounted): Promise<readonly string[]> {
  let before: readonly string[] = [];
  // A picture is at most a quarter of a second behind, and some frames more.
  await expect
    .poll(
      async () => {
        const pixels = pixelsOf(mounted);
        const isSame = pixels.join() === before.join();
        before = pixels;
        await settled();
        return isSame;
      },
      { interval: 600, timeout: 20_000 },
    )
    .toBe(true);
  return before;
}

const shown = async (measured: number) =>
  mountPanel({ messages: [{ kind: "snapshot", snapshot: splitSnapshot(surface, { status: "running", measured }) }] });

test("after points have come one after another the picture is that of all of them at once", async () => {
  // 33 × 33 and some, 65 × 65 and some, and some more.
  const levels = [1100, 4230, 4400] as const;
  const streamed = await shown(levels[0]);
  const first = await atRest(streamed);
  for (const [k, to] of levels.slice(1).entries()) await streamed.send(...messagesBetween(levels[k]!, to, 7));
  const pixels = await atRest(streamed);
  const label = streamed.find(".canvas").getAttribute("aria-label");
  const elements = drawnElements(streamed).map(({ type, style }) => [type, style.fill, style.stroke, style.text]);
  streamed.panel.remove();

  const atOnce = await shown(levels[2]);
  expect(pixels).toEqual(await atRest(atOnce));
  expect(pixels).not.toEqual(first);
  expect(label).toBe(atOnce.find(".canvas").getAttribute("aria-label"));
  expect(elements).toEqual(
    drawnElements(atOnce).map(({ type, style }) => [type, style.fill, style.stroke, style.text]),
  );
});

test("the cross-hair follows the pointer while the next picture is in the making", async () => {
  const mounted = await shown(1100);
  await atRest(mounted);
  const circles = () => drawnElements(mounted).filter(({ type }) => type === "circle").length;
  const before = circles();
  for (const message of messagesBetween(1100, 4230, 3)) await mounted.send(message);
  await point(mounted, "pointermove", 0.3, 0.2);
  expect(circles()).toBeGreaterThan(before);
  expect(mounted.find('[data-read="alpha"]').dataset.value).toBe(String(surface.x[78]));
});
