import { describe, expect, test } from "vitest";
import type { RunSnapshot } from "../../../server/protocol/result";
import { trail } from "../support/changed";
import { comparedSnapshot, journalOf } from "../support/compare";
import { mount, option } from "../support/maps";
import { settled, tidy } from "../support/panel";
import { comparison, storiesOf } from "../support/stories";
import { oracleSurface } from "../support/surface";

const surface = oracleSurface(21);
const stories = storiesOf(surface);

describe("choosing runs", () => {
  test("adds one from the list, which is asked for when it is opened", async () => {
    const mounted = await mount(stories["compare-2"], { width: 800 });
    expect(mounted.posted.filter((message) => message.kind === "ask" && message.ask === "runs")).toHaveLength(0);
    mounted.find("pop-up[icon=add]").shadowRoot!.querySelector<HTMLElement>("vscode-toolbar-button")!.click();
    await settled();
    const rows = mounted.all("button[data-journal]");
    expect(rows.map((row) => row.dataset.journal)).toEqual([2, 3, 4, 5].map(journalOf));
    rows[1]!.click();
    await settled();
    expect(option(mounted).grid).toHaveLength(3);
    expect(mounted.kept()?.view.options.compare?.runs).toEqual([journalOf(1), journalOf(3)]);
  });

  test("removes and reorders, and keeps that for a reload", async () => {
    const mounted = await mount(stories.compare, { width: 800 });
    const titles = () => mounted.all(".head h2").map((title) => tidy(title.textContent));
    expect(titles()).toEqual(["ResNet-20", "ResNet-20, no skip", "ResNet-8"]);
    mounted.find('[label^="Move ResNet-8 earlier"]').click();
    await settled();
    expect(titles()).toEqual(["ResNet-20", "ResNet-8", "ResNet-20, no skip"]);
    mounted.find('[label="Remove ResNet-8"]').click();
    await settled();
    expect(titles()).toEqual(["ResNet-20", "ResNet-20, no skip"]);
    expect(mounted.kept()?.view.options.compare?.runs).toEqual([journalOf(1)]);
  });

  test("takes a dragged tile to the place of the one that it is dropped on, the first one keeping its own", async () => {
    const mounted = await mount(stories["compare-4"], { width: 800 });
    const order = () => mounted.all(".head").map((head) => head.dataset.tile);
    const before = order();
    const zones = () => mounted.all<HTMLElement>(".zone").filter((zone) => !zone.hidden);
    expect(zones()).toHaveLength(0);
    const [first, second, , last] = before as [string, string, string, string];
    const drag = (type: string, element: HTMLElement) =>
      element.dispatchEvent(
        new DragEvent(type, { bubbles: true, cancelable: true, composed: true, dataTransfer: new DataTransfer() }),
      );
    const head = mounted.find<HTMLElement>(`.head[data-tile="${last}"]`);
    expect([head.draggable, mounted.find<HTMLElement>(`.head[data-tile="${first}"]`).draggable]).toEqual([true, false]);
    drag("dragstart", head);
    await settled();
    expect(zones().map((zone) => zone.dataset.zone)).toEqual(before.slice(1, 3));
    const zone = zones()[0]!;
    expect(drag("dragover", zone)).toBe(false);
    await settled();
    expect(zone.hasAttribute("data-over")).toBe(true);
    drag("drop", zone);
    await settled();
    expect(order()).toEqual([first, last, second, before[2]]);
    expect(zones()).toHaveLength(0);
    // Given up: nothing moves.
    drag("dragstart", mounted.find<HTMLElement>(`.head[data-tile="${last}"]`));
    drag("dragend", mounted.find<HTMLElement>(`.head[data-tile="${last}"]`));
    await settled();
    expect([zones().length, order()[1]]).toEqual([0, last]);
  });

  test("moves a tile with Alt and arrows, and the focus with it", async () => {
    const mounted = await mount(
      { ...stories["compare-4"], messages: [...stories["compare-4"].messages, trail] },
      { width: 800 },
    );
    const order = () => mounted.all(".head").map((head) => head.dataset.tile);
    const [first, second, third, last] = order() as [string, string, string, string];
    const button = (id: string, wish: string) =>
      mounted.find<HTMLElement>(`.head[data-tile="${id}"] [data-wish="${wish}"]`);
    const alt = async (key: string): Promise<void> => {
      const focused = mounted.find("tile-heads").shadowRoot!.activeElement!;
      focused.dispatchEvent(new KeyboardEvent("keydown", { key, altKey: true, bubbles: true, composed: true }));
      await settled();
    };
    const holder = () =>
      mounted.find("tile-heads").shadowRoot!.activeElement?.closest<HTMLElement>(".head")?.dataset.tile;
    button(second, "on").shadowRoot!.querySelector("button")!.focus();
    await alt("ArrowRight");
    expect([order(), holder()]).toEqual([[first, third, second, last], second]);
    await alt("ArrowRight");
    // At the end one cannot go on: another button of the same tile has the focus.
    expect([order(), holder()]).toEqual([[first, third, last, second], second]);
    await alt("ArrowRight");
    expect(order()).toEqual([first, third, last, second]);
    await alt("ArrowLeft");
    expect([order(), holder()]).toEqual([[first, third, second, last], second]);
    // The panel's own Alt+Left has not been meant.
    expect(mounted.posted.filter(({ kind }) => kind === "go-back")).toEqual([]);
  });

  test("opens a run once, however often the view is shown", async () => {
    const story = comparison(oracleSurface(5), 4);
    const mounted = await mount(story, { width: 800 });
    const asked = () => mounted.posted.filter((message) => message.kind === "ask" && message.ask === "run").length;
    const before = asked();
    for (const view of ["contour", "compare"]) {
      mounted.find(`[role="tab"][data-view="${view}"]`).click();
      await settled();
    }
    expect(asked()).toBe(before);
  });

  test("opens a run again whose file has changed, in Compare and in Lines, and says of one that is gone why", async () => {
    const own = comparedSnapshot(oracleSurface(5), 0);
    let other: RunSnapshot | undefined = { ...comparedSnapshot(oracleSurface(5), 1), status: "cancelled" };
    const { journal } = other;
    const problem = {
      reason: "file-missing",
      title: "Gone",
      message: "The run is not there any more.",
      advice: "",
    } as const;
    const story = {
      messages: [
        { kind: "init", source: "file:///x", title: "x" },
        { kind: "snapshot", snapshot: own },
      ] as const,
      view: { shown: "compare", options: { compare: { runs: [journal] }, lines: { runs: [journal] } } } as const,
      answers: { run: () => other ?? { problem } },
    };
    const mounted = await mount(story, { width: 800 });
    const cell = () => mounted.text('[data-measure="loss"] td:nth-child(3)');
    const before = cell();
    const { header } = other;
    other = { ...other, header: { ...header, centre: { ...header.centre, loss: 0.777 } } };
    await mounted.send({ kind: "runs-changed", journals: ["/another.jsonl"] });
    expect(cell()).toBe(before);
    await mounted.send({ kind: "runs-changed", journals: [journal] });
    await expect.poll(cell).toMatch(/^0\.777/);
    other = undefined;
    await mounted.send({ kind: "runs-changed", journals: [journal] });
    await expect
      .poll(() => mounted.all('.message[data-level="error"]').map((each) => tidy(each.textContent)))
      .toEqual([problem.message]);
    mounted.find('[role="tab"][data-view="lines"]').click();
    await expect
      .poll(() =>
        mounted
          .all('lines-view .note, [role="alert"]')
          .map((each) => tidy(each.textContent))
          .join(" "),
      )
      .toContain(problem.message);
  });

  test("says in one sentence what the view is for when there is nothing to compare with", async () => {
    const mounted = await mount(stories["compare-empty"], { width: 800 });
    expect(mounted.text(".empty h2")).toBe("Compare this run with others");
    expect(mounted.all("button[data-journal]")).toHaveLength(5);
  });
});

describe("runs that are being made", () => {
  test("have a tile that says what they wait for, then how far they are, then their map", async () => {
    const story = comparison(surface, 2);
    const source = "file:///models/other.onnx";
    const mounted = await mount({ ...story, view: { shown: "contour" } }, { width: 800 });
    const making = { source, title: "other", message: "Waiting for another run" } as const;
    await mounted.send(
      { kind: "compare", journals: [] },
      { kind: "comparing", runs: [{ ...making, state: "waiting" }] },
    );
    expect(mounted.panel.shadowRoot!.querySelector('[data-view="compare"]')).not.toBeNull();
    expect(mounted.text(".message:not([hidden])")).toBe("Waiting for another run");
    const journal = journalOf(1);
    await mounted.send({
      kind: "comparing",
      runs: [{ ...making, state: "running", journal, measured: 100, total: 441 }],
    });
    expect(mounted.all(".head .reading").map((each) => tidy(each.textContent))).toEqual(["0.406", "100 of 441 points"]);
    await mounted.send({ kind: "comparing", runs: [{ ...making, state: "done", journal }] });
    expect(mounted.all(".head .reading").map((each) => tidy(each.textContent))).toEqual(["0.406", "0.426"]);
    expect(mounted.kept()?.view.options.compare?.runs).toEqual([journal]);
    mounted.find('[label^="Remove"]').click();
    await settled();
    expect(mounted.posted).toContainEqual({ kind: "stop-comparing", source });
  });
});
