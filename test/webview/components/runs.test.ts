import { describe, expect, test, vi } from "vitest";
import type { RunSummary, StudyChange } from "../../../server/protocol/requests";
import type { AskName } from "../../../webview/protocol/asks";
import { runStrings as strings } from "../../../webview/strings/runs";
import { foreseeAnswers, foreseen, stale, trail } from "../support/changed";
import { mountPanel, settled, tidy } from "../support/panel";
import type { Mounted } from "../support/panel";
import { studyOf } from "../support/runs";
import { storiesOf } from "../support/stories";
import type { Story } from "../support/stories";
import { oracleSurface } from "../support/surface";

const surface = oracleSurface(11);
const stories = storiesOf(surface);
const study = studyOf(surface);
const before = { kind: "trail", entries: [{ journal: "/old.jsonl", label: "before", isBefore: true }] } as const;

/** A finished run whose host knows what changed ones would be. */
const told = (answers: Story["answers"] = foreseeAnswers(study)): Story => ({ ...stories.done, answers });

/** All matches within the shadow roots of a component: "component selector". */
function allIn(mounted: Mounted, place: string): readonly HTMLElement[] {
  const [host = "", ...inner] = place.split(" ");
  return mounted.all(host).flatMap((each) => [...each.shadowRoot!.querySelectorAll<HTMLElement>(inner.join(" "))]);
}

function findIn(mounted: Mounted, place: string): HTMLElement {
  const [first] = allIn(mounted, place);
  if (!first) throw new Error(`There is no ${place}`);
  return first;
}

const textIn = (mounted: Mounted, place: string): string => tidy(findIn(mounted, place).textContent);

const messagesOf = (mounted: Mounted, kind: string) => mounted.posted.filter((message) => message.kind === kind);

const asksOf = (mounted: Mounted, name: AskName) =>
  mounted.posted.filter((message) => message.kind === "ask" && message.ask === name);

async function open(mounted: Mounted): Promise<void> {
  (findIn(mounted, "run-settings details") as HTMLDetailsElement).open = true;
  await settled();
}

function type(mounted: Mounted, field: string, value: string): void {
  const element = mounted.find<HTMLElement & { value: string }>(`[data-field="${field}"]`);
  element.value = value;
  element.dispatchEvent(new Event(element.localName === "vscode-textfield" ? "input" : "change"));
}

const cost = (mounted: Mounted): string => textIn(mounted, "run-form .cost");

describe("the settings of a run", () => {
  test("say the run that is shown, and offer nothing until something is different", async () => {
    const mounted = await mountPanel(told());
    await open(mounted);
    const values = ["xFrom", "xTo", "columns", "rows", "samples", "seed"].map(
      (field) => mounted.find<HTMLElement & { value: string }>(`[data-field="${field}"]`).value,
    );
    expect(values).toEqual([String(surface.x[0]), String(surface.x.at(-1)), "11", "11", "500", "123"]);
    expect(allIn(mounted, 'run-form [data-action="run"]')).toHaveLength(0);
    expect(asksOf(mounted, "foresee")).toEqual([]);
    expect(allIn(mounted, "run-form fieldset")).toHaveLength(0);
  });

  test("say what a change costs and start it", async () => {
    const mounted = await mountPanel(told());
    await open(mounted);
    type(mounted, "columns", "51");
    type(mounted, "rows", "51");
    type(mounted, "samples", "400");
    await vi.waitFor(() => expect(cost(mounted)).toBe("2,601 evaluations of 400 samples, about 4 min"));
    findIn(mounted, 'run-form [data-action="run"]').click();
    const change: StudyChange = { grid: { points: [51, 51] }, samples: 400 };
    expect(messagesOf(mounted, "run-changed")).toEqual([{ kind: "run-changed", change }]);
    // One question for all that was typed.
    expect(asksOf(mounted, "foresee")).toHaveLength(1);
  });

  test("another seed is one click, and Reset takes everything back", async () => {
    const mounted = await mountPanel(told());
    await open(mounted);
    mounted.find('[data-action="another-seed"]').click();
    await vi.waitFor(() => expect(cost(mounted)).toContain("121 evaluations"));
    findIn(mounted, 'run-form [data-action="run"]').click();
    expect(messagesOf(mounted, "run-changed")).toEqual([{ kind: "run-changed", change: { seed: 124 } }]);
    mounted.find('[data-action="reset"]').click();
    await settled();
    expect(allIn(mounted, 'run-form [data-action="run"]')).toHaveLength(0);
  });

  test("a range keeps the end that was not touched to the last digit", async () => {
    const third = { ...study, grid: { ...study.grid, x: [-1 / 3, 1] as const } };
    const [init, done] = stories.done.messages;
    if (done?.kind !== "snapshot") throw new Error("no snapshot");
    const header = { ...done.snapshot.header, study: third };
    const messages = [init!, { ...done, snapshot: { ...done.snapshot, header } }];
    const mounted = await mountPanel({ messages, answers: foreseeAnswers(third) });
    await open(mounted);
    type(mounted, "xTo", "\u22120.1");
    await vi.waitFor(() =>
      expect(findIn(mounted, 'run-form [data-action="run"]').hasAttribute("disabled")).toBe(false),
    );
    findIn(mounted, 'run-form [data-action="run"]').click();
    expect(messagesOf(mounted, "run-changed")).toEqual([
      { kind: "run-changed", change: { grid: { x: [-1 / 3, -0.1] } } },
    ]);
  });

  test("offers the splits that there are, and measures those that are checked", async () => {
    const { path, split, x, y } = study.data;
    const test = { split, path, x: x!, y: y! };
    const train = { split: "train", path: "/home/anna/experiments/fashion/train.npz" };
    const mounted = await mountPanel(told({ ...foreseeAnswers(study), splits: () => [test, train] }));
    expect(asksOf(mounted, "splits")).toHaveLength(0);
    await open(mounted);
    await vi.waitFor(() => expect(allIn(mounted, "run-form [data-split]")).toHaveLength(2));
    const box = (name: string) => mounted.find<HTMLElement & { checked: boolean }>(`[data-split="${name}"]`);
    expect([box("test").checked, box("train").checked]).toEqual([true, false]);
    const toggle = async (name: string): Promise<void> => {
      box(name).checked = !box(name).checked;
      box(name).dispatchEvent(new Event("change"));
      await settled();
    };
    await toggle("train");
    await vi.waitFor(() => expect(cost(mounted)).toBe("121 evaluations of 1,000 samples, about 12 s"));
    findIn(mounted, 'run-form [data-action="run"]').click();
    expect(messagesOf(mounted, "run-changed")).toEqual([{ kind: "run-changed", change: { splits: [test, train] } }]);
    await toggle("train");
    expect(allIn(mounted, 'run-form [data-action="run"]')).toHaveLength(0);
    await toggle("test");
    expect(cost(mounted)).toBe("At least one split must be measured.");
    expect(findIn(mounted, 'run-form [data-action="run"]').hasAttribute("disabled")).toBe(true);
  });

  test("what is no number, and what the worker refuses, is said in place and cannot be run", async () => {
    const problem = {
      reason: "study-invalid",
      title: "Not valid",
      message: '"grid.points" must be two whole numbers.',
      advice: "Change it.",
    } as const;
    const mounted = await mountPanel(told({ foresee: () => ({ kind: "problem", problem }) }));
    await open(mounted);
    type(mounted, "seed", "many");
    await settled();
    expect(cost(mounted)).toBe("Seed must be a number.");
    expect(findIn(mounted, 'run-form [data-action="run"]').hasAttribute("disabled")).toBe(true);
    type(mounted, "seed", "123");
    type(mounted, "columns", "0");
    await vi.waitFor(() => expect(cost(mounted)).toBe(problem.message));
    expect(findIn(mounted, 'run-form [data-action="run"]').hasAttribute("disabled")).toBe(true);
  });
});

describe("a finer run inside of the plane", () => {
  const summary = {
    journal: "/results/inside.landscape-run.jsonl",
    model: { name: "x", path: study.model.path },
    what: "surface 21 × 21",
    plane: { x: [0.2, 0.6], y: [-0.4, 0], points: [21, 21] },
    directions: "random, filter-normalised, seed 123",
    split: "test",
    samples: 500,
    loss: surface.loss[60]!,
    status: "done",
    measured: 441,
    total: 441,
    started: "2026-01-15T11:00:00.000Z",
  } as unknown as RunSummary;
  const outline = (mounted: Mounted) => findIn(mounted, "finer-outlines .outline");

  test("has its outline on the map, which leads to it", async () => {
    const mounted = await mountPanel(told({ runs: () => [summary] }));
    await vi.waitFor(() => expect(outline(mounted).hidden).toBe(false));
    const { plot } = mounted.find<HTMLElementTagNameMap["contour-figure"]>("contour-figure").layout!;
    const box = outline(mounted).getBoundingClientRect();
    const canvas = mounted.find(".canvas").getBoundingClientRect();
    expect(box.left - canvas.left).toBeCloseTo(plot.x + 0.6 * plot.width, 0);
    expect(box.top - canvas.top).toBeCloseTo(plot.y + 0.5 * plot.height, 0);
    expect([box.width, box.height]).toEqual([
      expect.closeTo(0.2 * plot.width, 0),
      expect.closeTo(0.2 * plot.height, 0),
    ]);
    expect(textIn(mounted, "finer-outlines button")).toBe("21 × 21");
    findIn(mounted, "finer-outlines button").click();
    expect(mounted.posted.at(-1)).toEqual({ kind: "open-run", journal: summary.journal });
  });

  test("lies where the zoomed map has it, and is not there outside of that", async () => {
    const mounted = await mountPanel(told({ runs: () => [summary] }));
    await vi.waitFor(() => expect(outline(mounted).hidden).toBe(false));
    const figure = mounted.find("contour-figure");
    const zoom = async (x: readonly [number, number], y: readonly [number, number]): Promise<void> => {
      figure.dispatchEvent(new CustomEvent("figure-window", { detail: { x, y } }));
      await settled();
    };
    await zoom([0.4, 0.8], [-0.2, 0.2]);
    const { plot } = mounted.find<HTMLElementTagNameMap["contour-figure"]>("contour-figure").layout!;
    expect(outline(mounted).getBoundingClientRect().width).toBeCloseTo(plot.width / 2, 0);
    await zoom([-0.8, -0.4], [0.2, 0.6]);
    expect(outline(mounted).hidden).toBe(true);
  });
});

describe("a part of the plane", () => {
  const region = { x: [0.1, 0.4], y: [-0.2, 0.1] } as const;
  const drag = (mounted: Mounted): void => {
    const detail = region;
    mounted
      .find("contour-figure")
      .dispatchEvent(new CustomEvent("measure-region", { detail, bubbles: true, composed: true }));
  };

  test("is offered with its cost, and measured or given up", async () => {
    const mounted = await mountPanel(told());
    drag(mounted);
    const offer = "Measure α 0.1 to 0.4, β −0.2 to 0.1 with 11 × 11 points 121 evaluations of 500 samples, about 12 s";
    await vi.waitFor(() => expect(textIn(mounted, "run-offer .text")).toBe(offer));
    findIn(mounted, 'run-offer [data-action="cancel"]').click();
    await settled();
    expect(mounted.all("run-offer")).toHaveLength(0);
    expect(messagesOf(mounted, "run-changed")).toEqual([]);
    drag(mounted);
    await vi.waitFor(() => expect(textIn(mounted, "run-offer .text")).toBe(offer));
    findIn(mounted, 'run-offer [data-action="measure"]').click();
    await settled();
    expect(messagesOf(mounted, "run-changed")).toEqual([{ kind: "run-changed", change: { grid: region } }]);
    expect(mounted.all("run-offer")).toHaveLength(0);
  });

  test.each([
    ["takes less than ten seconds", { seconds: 9 }],
    ["was measured before", { evaluations: 0, seconds: undefined }],
  ])("that %s is measured at once", async (_, known) => {
    const mounted = await mountPanel(told({ foresee: (change) => foreseen(study, change, known) }));
    drag(mounted);
    await vi.waitFor(() =>
      expect(messagesOf(mounted, "run-changed")).toEqual([{ kind: "run-changed", change: { grid: region } }]),
    );
    await settled();
    expect(mounted.all("run-offer")).toHaveLength(0);
  });

  test("around a place has the size of the window that is shown", async () => {
    const mounted = await mountPanel(told());
    const detail = { alpha: 0.25004, beta: -0.5 };
    mounted
      .find("contour-figure")
      .dispatchEvent(new CustomEvent("centre-here", { detail, bubbles: true, composed: true }));
    await vi.waitFor(() => expect(textIn(mounted, "run-offer .text")).toContain("evaluations"));
    findIn(mounted, 'run-offer [data-action="measure"]').click();
    const [message] = messagesOf(mounted, "run-changed");
    if (message?.kind !== "run-changed") throw new Error("nothing was asked for");
    const half = (surface.x.at(-1)! - surface.x[0]!) / 2;
    expect(message.change.grid?.x).toEqual([0.25 - half, 0.25 + half]);
    expect(message.change.grid?.y).toEqual([-0.5 - half, -0.5 + half]);
  });
});

describe("the way back", () => {
  test("has every run that led here, and Back goes to the last one", async () => {
    const mounted = await mountPanel(stories.changed);
    const crumbs = allIn(mounted, "run-trail li").map((crumb) => tidy(crumb.textContent));
    expect(crumbs).toEqual(["α −1 to 1", "α 0.1 to 0.4", "seed 4"]);
    findIn(mounted, "run-trail vscode-toolbar-button").click();
    findIn(mounted, "run-trail li button").click();
    mounted.panel.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft", altKey: true, bubbles: true }));
    const [first, second] = ["/results/first.jsonl", "/results/second.jsonl"];
    expect(messagesOf(mounted, "go-back")).toEqual(
      [second, first, second].map((journal) => ({ kind: "go-back", journal })),
    );
    expect(mounted.kept()?.trail).toEqual(trail.kind === "trail" ? trail.entries : undefined);
    await mounted.send({ kind: "trail", entries: [] });
    expect(mounted.all("run-trail")).toHaveLength(0);
  });
});

describe("files that changed", () => {
  test("are told with the picture in sight; the run may be made again or kept", async () => {
    const mounted = await mountPanel(told());
    await mounted.send(stale);
    expect(textIn(mounted, "stale-line notice-line")).toMatch(
      /^fashion-resnet8\.onnx changed on disk at .*\d\d.*\. Run again$/,
    );
    expect(mounted.all("contour-figure")).toHaveLength(1);
    findIn(mounted, 'stale-line [data-action="run-again"]').click();
    findIn(mounted, "stale-line vscode-toolbar-button").click();
    expect(mounted.posted.slice(-2)).toEqual([{ kind: "run-again" }, { kind: "dismiss-stale" }]);
    await mounted.send({ kind: "stale", files: [] });
    expect(mounted.all("stale-line")).toHaveLength(0);
  });

  test("the run before is offered for comparison once the new one is done", async () => {
    const mounted = await mountPanel({ messages: [...stories.running.messages, before] });
    expect(mounted.all('[data-notice="before"]')).toHaveLength(0);
    await mounted.send(stories.done.messages[1]!);
    const notice = mounted.find('[data-notice="before"]');
    expect(tidy(notice.textContent)).toContain(strings.compareBefore);
    notice.querySelector<HTMLElement>("vscode-button")!.click();
    await settled();
    expect(mounted.all('[role="tabpanel"][data-view="compare"]')).toHaveLength(1);
    expect(mounted.all('[data-notice="before"]')).toHaveLength(0);
  });
});

describe("before the first run", () => {
  test("the panel says what would be measured, and measures it only when asked", async () => {
    const mounted = await mountPanel(stories["first-run"]);
    await vi.waitFor(() =>
      expect(textIn(mounted, "first-run dl")).toContain("121 evaluations of 500 samples, about 12 s"),
    );
    expect(textIn(mounted, "first-run h2")).toBe("fashion-resnet8.onnx has not been visualized yet");
    expect(textIn(mounted, "first-run dl")).toContain("test.npz, up to 500 samples");
    expect(mounted.posted.filter(({ kind }) => kind !== "ready" && kind !== "ask")).toEqual([]);
    mounted.find('[data-action="visualize"]').click();
    expect(mounted.posted.at(-1)).toEqual({ kind: "run-again" });
  });

  test("another model leaves nothing of the one before", async () => {
    const mounted = await mountPanel(stories.changed);
    await mounted.send(
      { kind: "init", source: "file:///other.onnx", title: "other.onnx" },
      { kind: "preparing", message: "Reading other.onnx" },
    );
    expect(mounted.all("run-trail, stale-line, run-settings")).toHaveLength(0);
    expect(mounted.kept()?.source).toBe("file:///other.onnx");
    expect(mounted.kept()?.journal).toBeUndefined();
  });
});

test("a run that waits says for whom, and may go first", async () => {
  const mounted = await mountPanel(stories.queued);
  expect(textIn(mounted, "run-progress .what")).toBe("Waiting for 2 other runs: resnet20.onnx, vgg9.onnx");
  findIn(mounted, "run-progress vscode-button").click();
  expect(mounted.posted.at(-1)).toEqual({ kind: "hurry" });
  await mounted.send({ kind: "preparing", message: "Waiting for another run: resnet20.onnx" });
  expect(allIn(mounted, "run-progress vscode-button")).toHaveLength(0);
});
