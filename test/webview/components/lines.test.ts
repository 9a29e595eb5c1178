import { describe, expect, test } from "vitest";
import type { Mark, PathMark, TextMark } from "../../../webview/charts/drawing";
import { shareOn } from "../../../webview/charts/value-axis";
import type { ViewState } from "../../../webview/protocol/messages";
import { betweenSnapshot, oneLineSnapshot, otherSnapshot, runAnswers } from "../support/lines";
import { linesSnapshot } from "../support/method";
import { mountPanel, settled } from "../support/panel";
import type { Mounted } from "../support/panel";
import { snapshotOf } from "../support/runs";
import { storiesOf } from "../support/stories";
import type { Story } from "../support/stories";
import { oracleSurface } from "../support/surface";

const surface = oracleSurface(51);
const stories = storiesOf(surface);
const init = stories.done.messages[0];
const centre = 25;

const story = (snapshot: Parameters<typeof storyOf>[0], view: Partial<ViewState> = {}): Story =>
  storyOf(snapshot, view);
function storyOf(snapshot: ReturnType<typeof oneLineSnapshot>, view: Partial<ViewState>): Story {
  return { messages: [init, { kind: "snapshot", snapshot }], view: { shown: "lines", ...view } };
}

const figureOf = (mounted: Mounted) => mounted.find<HTMLElementTagNameMap["lines-figure"]>("lines-figure");

function marksOf(mounted: Mounted): readonly Mark[] {
  return figureOf(mounted).drawing!.marks;
}

function pathOf(mounted: Mounted, role: string, nth = 0): PathMark {
  const found = marksOf(mounted).filter((mark): mark is PathMark => mark.kind === "path" && mark.role === role);
  if (!found[nth]) throw new Error(`Nothing is drawn as ${role}`);
  return found[nth];
}

const textsOf = (mounted: Mounted, role: string): readonly string[] =>
  marksOf(mounted).flatMap((mark) =>
    mark.kind === "text" && mark.role?.startsWith(role) ? [(mark as TextMark).text] : [],
  );

/** The points of a path of lines, in the coordinates of the axes of its panel. */
function pointsOf(
  mounted: Mounted,
  role: string,
  panel = 0,
  side: "left" | "right" = "left",
): readonly (readonly [number, number])[] {
  const { plot, window, left, right } = figureOf(mounted).drawing!.panels[panel]!;
  const axis = side === "left" ? left : right!;
  return [...pathOf(mounted, role, panel).d.matchAll(/[ML]([-\d.]+) ([-\d.]+)/g)].map(([, x, y]) => {
    const share = 1 - (Number(y) - plot.y) / plot.height;
    const log = (value: number) => (axis.scale === "log" ? Math.log(value) : value);
    const value = log(axis.low) + share * (log(axis.high) - log(axis.low));
    return [
      window[0] + ((Number(x) - plot.x) / plot.width) * (window[1] - window[0]),
      axis.scale === "log" ? Math.exp(value) : value,
    ];
  });
}

const reading = (mounted: Mounted, row: string, quantity: string): HTMLElement =>
  mounted.find(`tr[data-row="${row}"] td[data-quantity="${quantity}"]`);

async function press(mounted: Mounted, key: string, shiftKey = false): Promise<void> {
  mounted
    .find("lines-figure")
    .shadowRoot!.querySelector(".canvas")!
    .dispatchEvent(new KeyboardEvent("keydown", { key, shiftKey, bubbles: true, composed: true }));
  await settled();
}

async function point(mounted: Mounted, type: string, x: number, y: number): Promise<void> {
  const canvas = figureOf(mounted).shadowRoot!.querySelector(".canvas")!;
  const box = canvas.getBoundingClientRect();
  const at = { clientX: box.left + x, clientY: box.top + y };
  canvas.dispatchEvent(new PointerEvent(type, { ...at, bubbles: true, composed: true, pointerId: 1, button: 0 }));
  await settled();
}

describe("a line between two models", () => {
  test("is drawn with its own numbers: loss on the left, accuracy on the right", async () => {
    const snapshot = betweenSnapshot();
    const mounted = await mountPanel(story(snapshot));
    const loss = pointsOf(mounted, "measured loss 0 line 0 0");
    expect(loss).toHaveLength(61);
    loss.forEach(([x, y], k) => {
      const wanted = Number(snapshot.points.find(({ index }) => index === k)!.loss);
      expect(x).toBeCloseTo(snapshot.header.x[k]!, 2);
      expect(Math.abs(Math.log(y / wanted))).toBeLessThan(0.01);
    });
    const accuracy = pointsOf(mounted, "measured accuracy 0 line 1 0", 0, "right");
    accuracy.forEach(([, y], k) => {
      const wanted = Number(snapshot.points.find(({ index }) => index === k)!.further![0]!.accuracy);
      expect(Math.abs(y - wanted)).toBeLessThan(0.05);
    });
  });

  test("names the models at 0 and 1, with the folders that tell them apart", async () => {
    const mounted = await mountPanel(story(betweenSnapshot()));
    expect(textsOf(mounted, "end-name")).toEqual(["small-batch/epoch_300.pt", "large-batch/epoch_300.pt"]);
    expect(textsOf(mounted, "x-name")).toEqual(["t"]);
    expect(textsOf(mounted, "centre-name")).toEqual([]);
  });

  test("tells training data by solid lines, other data by dashes, loss and accuracy by colour", async () => {
    const mounted = await mountPanel(story(betweenSnapshot()));
    const style = (role: string) => pathOf(mounted, `measured ${role}`);
    expect(style("loss 0 line 1 0").dash).toBeUndefined();
    expect(style("loss 0 line 0 0").dash).toEqual([6, 4]);
    expect(style("accuracy 0 line 1 0").dash).toBeUndefined();
    expect(style("loss 0 line 0 0").stroke).toBe(style("loss 0 line 1 0").stroke);
    expect(style("accuracy 0 line 0 0").stroke).not.toBe(style("loss 0 line 0 0").stroke);
    expect([...textsOf(mounted, "label")].sort()).toEqual([
      "Accuracy, test",
      "Accuracy, train",
      "Loss, test",
      "Loss, train",
    ]);
  });

  test("has labels that do not run into one another, and a legend where there is no room", async () => {
    const mounted = await mountPanel(story(betweenSnapshot()));
    const labels = () => marksOf(mounted).filter((mark) => mark.kind === "text" && mark.role?.startsWith("label"));
    const heights = (labels() as TextMark[]).map(({ y }) => y).sort((a, b) => a - b);
    for (let k = 1; k < heights.length; k++) expect(heights[k]! - heights[k - 1]!).toBeGreaterThanOrEqual(15.9);
    await mounted.resize(400);
    const { plot } = figureOf(mounted).drawing!.panels[0]!;
    for (const { y } of labels() as TextMark[]) expect(y).toBeLessThan(plot.y);
  });

  test("in high contrast differs by weight as well", async () => {
    const mounted = await mountPanel(story(betweenSnapshot()), { theme: "hc-dark" });
    const width = (role: string) => pathOf(mounted, `measured ${role}`).width;
    expect(width("loss 0 line 0 0")).not.toBe(width("accuracy 0 line 0 0"));
  });
});

describe("what is not measured", () => {
  test("is thin and dotted, and never called measured", async () => {
    const mounted = await mountPanel(story(oneLineSnapshot(9)));
    const { x, points } = { ...oneLineSnapshot(9).header, points: oneLineSnapshot(9).points };
    const measured = new Set(points.map(({ index }) => index));
    expect(measured.size).toBe(9);
    const guessed = pathOf(mounted, "interpolated loss 0 line 0 0");
    const solid = pathOf(mounted, "measured loss 0 line 0 0");
    expect(guessed.dash).toEqual([1.5, 3]);
    expect(guessed.width!).toBeLessThan(solid.width!);
    // Of 41 places 9 are measured, none beside another.
    expect(solid.d).toBe("");
    expect(pathOf(mounted, "points loss 0 line 0 0").d.match(/M/g)).toHaveLength(9);
    await press(mounted, "Home");
    const next = x.findIndex((at, k) => at > 0 && !measured.has(k));
    for (let k = 20; k < next; k++) await press(mounted, "ArrowRight");
    expect(reading(mounted, "0 line 0 0", "loss").textContent).toContain("≈");
    expect(mounted.text("td.source")).toBe("interpolated");
    expect(mounted.all('[data-note="interpolated"]')).toHaveLength(1);
    expect(mounted.text(".provenance")).toContain("9 of 41 points measured, the rest interpolated");
  });

  test("is hatched where the loss is not finite", async () => {
    const snapshot = oneLineSnapshot();
    const points = snapshot.points.map((each) => (each.index > 37 ? { ...each, loss: "NaN" as const } : each));
    const mounted = await mountPanel(story({ ...snapshot, points }));
    expect(pathOf(mounted, "not-finite").d.length).toBeGreaterThan(0);
    expect(mounted.text('[data-note="not-finite"]')).toBe("3 values are not finite (hatched).");
    expect(pointsOf(mounted, "measured loss 0 line 0 0").every(([x]) => x < 0.9)).toBe(true);
  });
});

describe("a family of lines", () => {
  test("is a median between quartiles and extremes", async () => {
    const mounted = await mountPanel(story(linesSnapshot()));
    const median = pointsOf(mounted, "measured loss 0 line 0 family");
    expect(median[0]![1]).toBeCloseTo(0.4 + 3, 1);
    const { plot, left } = figureOf(mounted).drawing!.panels[0]!;
    const ys = (role: string) =>
      [...pathOf(mounted, role).d.matchAll(/[ML][-\d.]+ ([-\d.]+)/g)].map(([, y]) => Number(y));
    const pixel = (value: number) => plot.y + plot.height * (1 - shareOn(left, value));
    const [extent, quartiles] = [ys("extent loss 0 line 0 family"), ys("quartiles loss 0 line 0 family")];
    expect(extent[0]).toBeCloseTo(pixel(0.4 + 4), 1);
    expect(extent.at(-1)).toBeCloseTo(pixel(0.4 + 2), 1);
    expect(quartiles[0]).toBeCloseTo(pixel(0.4 + 3.5), 1);
    expect(quartiles.at(-1)).toBeCloseTo(pixel(0.4 + 2.5), 1);
    expect(mounted.text('[data-note="band"]')).toContain("Median of 3 directions");
  });

  test("is every line when that is asked for, each in the read-out", async () => {
    const mounted = await mountPanel(story(linesSnapshot(), { options: { lines: { singles: true } } }));
    await press(mounted, "Home");
    for (let k = 0; k < 20; k++) await press(mounted, "ArrowRight");
    for (const member of [0, 1, 2]) {
      expect(Number(reading(mounted, `0 line 0 ${member}`, "loss").dataset.value)).toBeCloseTo(0.4 + 2 + member, 12);
    }
    expect(mounted.all('[data-note="band"]')).toHaveLength(0);
  });
});

describe("the cuts of a surface", () => {
  test("are the rows and columns of the grid through θ*", async () => {
    const mounted = await mountPanel(stories.cuts);
    const alpha = pointsOf(mounted, "measured loss 0 alpha 0 0", 0);
    // Both panels draw what is called the same but for its direction.
    expect(alpha).toHaveLength(51);
    alpha.forEach(([, y], k) => expect(Math.abs(Math.log(y / surface.loss[centre * 51 + k]!))).toBeLessThan(0.01));
    expect(textsOf(mounted, "x-name")).toEqual(["α (direction 1), at β 0.00", "β (direction 2), at α 0.00"]);
    await press(mounted, "ArrowDown");
    await press(mounted, "End");
    await press(mounted, "ArrowRight", true);
    const { dataset } = reading(mounted, "0 beta 0 0", "loss");
    expect(Number(dataset.value)).toBe(surface.loss[(centre + 10) * 51 + centre]);
    expect(Number(dataset.error)).toBe(0.02);
  });

  test("move with the sliders, which the view keeps", async () => {
    const mounted = await mountPanel(stories.cuts);
    const slider = mounted.find<HTMLInputElement>('[data-cut="beta"] input');
    slider.value = "35";
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    await settled();
    expect(mounted.kept()!.view.options.lines).toMatchObject({ beta: surface.y[35] });
    expect(slider.getAttribute("aria-valuetext")).toBe("β 0.40");
    const alpha = pointsOf(mounted, "measured loss 0 alpha 0 0", 0);
    alpha.forEach(([, y], k) => expect(Math.abs(Math.log(y / surface.loss[35 * 51 + k]!))).toBeLessThan(0.01));
    mounted.find(".cuts vscode-toolbar-button").click();
    await settled();
    expect(mounted.text('[data-cut="beta"] output')).toBe("β 0, through θ*");
  });

  test("say that a cut off the measured rows is interpolated", async () => {
    const mounted = await mountPanel(stories["cuts-nested"]);
    expect(pathOf(mounted, "measured loss 0 alpha 0 0").d).toBe("");
    expect(mounted.text('[data-note="off-grid"]')).toContain("the whole cut is interpolated");
  });
});

describe("runs beside one another", () => {
  test("are labelled by model, and what differs is named", async () => {
    const mounted = await mountPanel(stories["lines-overlay"]);
    expect(new Set(textsOf(mounted, "label"))).toEqual(new Set(["ResNet-8", "ResNet-8 wi… shortcuts"]));
    const notes = mounted.all('[data-note^="differs"]').map(({ textContent }) => textContent);
    expect(notes).toEqual([
      "Ranges differ: −1 to 1 (ResNet-8); −0.5 to 0.5 (ResNet-8 without shortcuts).",
      "Numbers of samples differ: 500 samples (ResNet-8); 1,000 samples (ResNet-8 without shortcuts).",
    ]);
    const other = pointsOf(mounted, "measured loss 1 alpha 0 0");
    other.forEach(([, y], k) => {
      expect(Math.abs(Math.log(y / (1.3 * surface.loss[centre * 51 + k]! + 0.1)))).toBeLessThan(0.01);
    });
    expect(pathOf(mounted, "measured loss 0 alpha 0 0").stroke).not.toBe(
      pathOf(mounted, "measured loss 1 alpha 0 0").stroke,
    );
  });

  test("of surfaces are beside a line with both of their cuts, one of them dashed", async () => {
    const other = otherSnapshot(surface, "ResNet-20");
    const view = { options: { lines: { runs: [other.journal] } } };
    const mounted = await mountPanel({ ...story(oneLineSnapshot(), view), answers: runAnswers([other]) });
    await settled();
    const [alpha, beta] = ["alpha", "beta"].map((along) => pathOf(mounted, `measured loss 1 ${along} 0 0`));
    expect(alpha!.stroke).toBe(beta!.stroke);
    expect([alpha!.dash, beta!.dash]).toEqual([undefined, [6, 4]]);
    expect(mounted.all('[data-note="dashes"]')).toHaveLength(0);
    const losses = pointsOf(mounted, "measured loss 1 beta 0 0");
    losses.forEach(([, y], k) => {
      expect(Math.abs(Math.log(y / (1.3 * surface.loss[k * 51 + centre]! + 0.1)))).toBeLessThan(0.01);
    });
  });

  test("are chosen from the list of runs, kept, and taken away", async () => {
    const other = otherSnapshot(surface);
    const own = snapshotOf(surface, { status: "done" });
    const mounted = await mountPanel({ ...stories.cuts, answers: runAnswers([own, other]) });
    mounted
      .find<HTMLElementTagNameMap["pop-up"]>("pop-up[icon=add]")
      .shadowRoot!.querySelector("vscode-toolbar-button")!
      .click();
    await settled();
    const rows = () => mounted.all<HTMLElement>("button[data-journal]");
    await expect.poll(() => rows().map(({ dataset }) => dataset.journal)).toEqual([other.journal]);
    rows()[0]!.click();
    await settled();
    expect(mounted.kept()!.view.options.lines).toMatchObject({ runs: [other.journal] });
    expect(mounted.all(".chosen li")).toHaveLength(1);
    mounted.find(".chosen vscode-toolbar-button").click();
    await settled();
    expect(mounted.kept()!.view.options.lines).toMatchObject({ runs: [] });
  });

  test("that are gone are told", async () => {
    const view = { shown: "lines", options: { lines: { runs: ["/gone.jsonl"] } } } as const;
    const mounted = await mountPanel({ ...stories.cuts, view, answers: runAnswers([]) });
    await settled();
    expect(mounted.text(".note[role=alert]")).toContain("gone.jsonl cannot be drawn");
  });
});

describe("values under the cursor", () => {
  test("are those of the grid, with the standard error of the loss, and are spoken", async () => {
    const mounted = await mountPanel(stories.cuts);
    await press(mounted, "ArrowRight");
    const loss = reading(mounted, "0 alpha 0 0", "loss");
    expect(Number(loss.dataset.value)).toBe(surface.loss[centre * 51 + centre + 1]);
    expect(loss.textContent!.trim()).toMatch(/^0\.\d+ ± 0\.020$/);
    const spoken = mounted.find("line-readings").shadowRoot!.querySelector(".spoken")!.textContent;
    expect(spoken).toMatch(/^At α 0\.04, test: Loss 0\.\d+ ± 0\.020, test: Accuracy \d/);
    expect(figureOf(mounted).shadowRoot!.querySelectorAll('[data-role="cursor-value"]')).toHaveLength(2);
    await press(mounted, "Escape");
    expect(mounted.find("th[data-at]").dataset.at).toBe("0");
  });

  test("follow the pointer to the nearest place", async () => {
    const mounted = await mountPanel(stories.cuts);
    const { plot } = figureOf(mounted).drawing!.panels[0]!;
    await point(mounted, "pointermove", plot.x + plot.width * 0.755, plot.y + 20);
    expect(Number(mounted.find("th[data-at]").dataset.at)).toBe(surface.x[38]);
    await point(mounted, "pointerleave", 0, 0);
    expect(mounted.find("th[data-at]").dataset.at).toBe("0");
  });
});

describe("zooming", () => {
  test("is a drag along the axis; a double click shows all again", async () => {
    const mounted = await mountPanel(stories.cuts);
    const { plot } = figureOf(mounted).drawing!.panels[0]!;
    await point(mounted, "pointerdown", plot.x + plot.width * 0.25, plot.y + 20);
    await point(mounted, "pointermove", plot.x + plot.width * 0.5, plot.y + 20);
    await point(mounted, "pointerup", plot.x + plot.width * 0.5, plot.y + 20);
    const [from, to] = figureOf(mounted).drawing!.panels[0]!.window;
    expect([from, to]).toEqual([expect.closeTo(-0.5, 2), expect.closeTo(0, 2)]);
    expect(figureOf(mounted).drawing!.panels[1]!.window).toEqual([-1, 1]);
    const box = figureOf(mounted).shadowRoot!.querySelector(".canvas")!.getBoundingClientRect();
    figureOf(mounted)
      .shadowRoot!.querySelector(".canvas")!
      .dispatchEvent(
        new MouseEvent("dblclick", { clientX: box.left + plot.x + 20, clientY: box.top + plot.y + 20, bubbles: true }),
      );
    await settled();
    expect(figureOf(mounted).drawing!.panels[0]!.window).toEqual([-1, 1]);
  });

  test("by the keyboard keeps the cursor in sight, and 0 resets", async () => {
    const mounted = await mountPanel(stories.cuts);
    await press(mounted, "+");
    await press(mounted, "+");
    expect(figureOf(mounted).drawing!.panels[0]!.window).toEqual([-0.25, 0.25]);
    await press(mounted, "ArrowRight", true);
    expect(figureOf(mounted).drawing!.panels[0]!.window[1]).toBeCloseTo(0.4, 9);
    expect(mounted.all('[label="Reset zoom"]')).toHaveLength(1);
    await press(mounted, "0");
    expect(mounted.all('[label="Reset zoom"]')).toHaveLength(0);
  });
});

describe("choices", () => {
  test("of one quantity, scale, error bands and clip change what is drawn", async () => {
    const mounted = await mountPanel(stories.cuts);
    const change = async (detail: Partial<ViewState>) => {
      mounted
        .find("lines-view")
        .dispatchEvent(new CustomEvent("view-change", { detail, bubbles: true, composed: true }));
      await settled();
      return figureOf(mounted).drawing!.panels[0]!;
    };
    expect((await change({})).left.scale).toBe("log");
    expect((await change({ scale: "linear" })).left.scale).toBe("linear");
    const cut = await change({ scale: "auto", clip: 5 });
    expect(cut.left.high).toBe(5);
    expect(mounted.text('[data-note="cut-off"]')).toBe("Losses above 5.00 are cut off.");
    await change({ clip: undefined, options: { lines: { errors: true } } });
    expect(pathOf(mounted, "error loss 0 alpha 0 0").d.length).toBeGreaterThan(0);
    const single = await change({ metric: "error", options: { lines: { show: "one" } } });
    expect(single.right).toBeUndefined();
    const error = pointsOf(mounted, "measured error 0 alpha 0 0");
    error.forEach(([, y], k) => expect(Math.abs(y - (100 - surface.accuracy[centre * 51 + k]!))).toBeLessThan(0.05));
  });

  test("of the difference of two splits show the second less the first, with zero on the axis", async () => {
    const mounted = await mountPanel(
      story(betweenSnapshot(), { split: "difference", options: { lines: { splits: "one" } } }),
    );
    expect(figureOf(mounted).drawing!.panels[0]!.left.scale).toBe("linear");
    const difference = pointsOf(mounted, "measured loss 0 line difference 0");
    const snapshot = betweenSnapshot();
    difference.forEach(([, y], k) => {
      const wanted = snapshot.points.find(({ index }) => index === k)!;
      expect(y).toBeCloseTo(Number(wanted.further![0]!.loss) - Number(wanted.loss), 1);
    });
  });
});

describe("in words", () => {
  test("the figure says what it shows", async () => {
    const mounted = await mountPanel(stories.cuts);
    const label = figureOf(mounted).shadowRoot!.querySelector(".canvas")!.getAttribute("aria-label")!;
    expect(label).toMatch(
      /^Loss, Accuracy \(test\) along α \(direction 1\), at β 0\.00 from −1 to 1\. Loss, test: lowest 0\.\d+ at/,
    );
    expect(label).toContain("51 points measured");
  });

  test("the table has every value, and says which are interpolated", async () => {
    const mounted = await mountPanel(stories["lines-table"]);
    const cells = mounted
      .all<HTMLElement>('lines-table td[data-quantity="loss"], td[data-quantity="loss"]')
      .slice(0, 51);
    expect(cells.map(({ dataset }) => Number(dataset.value))).toEqual(
      surface.loss.slice(centre * 51, centre * 51 + 51),
    );
    expect(cells.every(({ dataset }) => dataset.measured === "1")).toBe(true);
  });
});

describe("as a picture", () => {
  test("is an SVG with its words and its provenance, and a PNG at three times its size", async () => {
    const mounted = await mountPanel(stories.cuts, { theme: "dark" });
    const view = mounted.find<HTMLElementTagNameMap["lines-view"]>("lines-view");
    const text = await (await view.picture("svg")).text();
    const parsed = new DOMParser().parseFromString(text, "image/svg+xml");
    expect(parsed.querySelector("parsererror")).toBeNull();
    expect(parsed.documentElement.textContent).toContain("α (direction 1), at β 0.00");
    expect(parsed.documentElement.textContent).toContain("seed 123");
    expect(parsed.querySelector("rect")!.getAttribute("fill")).toBe("#ffffff");
    const bitmap = await createImageBitmap(await view.picture("png"));
    expect(bitmap.width).toBe(760 * 3);
  });
});
