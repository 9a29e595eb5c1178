import { viewNames } from "../../../webview/protocol/messages";
import { describe, expect, test } from "vitest";
import type { HostMessage } from "../../../webview/protocol/messages";
import { mountPanel, settled, tidy, viewWith } from "../support/panel";
import { pointsOf, snapshotOf } from "../support/runs";
import { codeProblem, dataProblem, fileProblem } from "../support/problems";
import { storiesOf } from "../support/stories";
import { measuringOrder, oracleSurface } from "../support/surface";

const surface = oracleSurface(11);
const stories = storiesOf(surface);
const total = surface.loss.length;

/** Clicks a control by its name or text. */
async function click(element: Element): Promise<void> {
  (element as HTMLElement).click();
  await settled();
}

describe("header", () => {
  test("states model, engine and the facts of the unperturbed model", async () => {
    const mounted = await mountPanel(stories.done);
    expect(mounted.text("h1")).toBe("ResNet-8");
    expect(mounted.text(".file")).toBe("fashion-resnet8.onnx");
    expect(mounted.text('[data-fact="loss"]')).toBe("0.406");
    expect(mounted.text('[data-fact="accuracy"]')).toBe("84.4 ± 1.6 %");
    expect(mounted.text('[data-fact="data"]')).toBe("test.npz, 500 samples");
    const badge = mounted.find(".badge");
    expect(tidy(badge.textContent)).toBe("ONNX Runtime");
    expect(badge.title).toContain("ONNX Runtime 1.30.0 on CPU: first choice");
    await click(badge);
    expect(mounted.posted).toContainEqual({ kind: "show-engines" });
  });

  test("calls a model without a name of its own by its file, once", async () => {
    const snapshot = snapshotOf(surface, { status: "done" });
    const header = { ...snapshot.header, model: { ...snapshot.header.model, name: "fashion-resnet8" } };
    const mounted = await mountPanel({ messages: [{ kind: "snapshot", snapshot: { ...snapshot, header } }] });
    expect(mounted.text("h1")).toBe("fashion-resnet8.onnx");
    expect(mounted.all(".file")).toHaveLength(0);
  });

  test("offers to run again only when nothing is running", async () => {
    const running = await mountPanel(stories.running);
    expect(running.all('[label="Run again"]')).toHaveLength(0);
    const done = await mountPanel(stories.done);
    await click(done.find('[label="Run again"]'));
    expect(done.posted).toContainEqual({ kind: "run-again" });
  });

  test("the menu opens with the focus on its first entry, closes with Escape and acts", async () => {
    const mounted = await mountPanel(stories.done);
    const button = mounted.find('vscode-toolbar-button[label="More actions"]');
    await click(button);
    const items = mounted.all('[aria-label="More actions"] [role="menuitem"]');
    expect(items.map((item) => tidy(item.textContent))).toEqual([
      "Copy measured points as CSV",
      "Choose other data…",
      "Save as study",
      "Show model file",
      "Show run file",
      "Show engines",
      "Show log",
    ]);
    const focused = () => (items[0]!.getRootNode() as ShadowRoot).activeElement;
    expect(focused()).toBe(items[0]);
    items[0]!.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true, composed: true }));
    expect(focused()).toBe(items[1]);
    items[1]!.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, composed: true }));
    await settled();
    expect(mounted.find("pop-up").hasAttribute("open")).toBe(false);
    await click(button);
    await click(items[0]!);
    const copied = mounted.posted.find((message) => message.kind === "copy-text");
    expect(copied?.text.split("\n")).toHaveLength(total + 2);
  });
});

describe("progress", () => {
  test("names the level, the points and the time left, and can be paused and cancelled", async () => {
    const mounted = await mountPanel(stories.running);
    expect(mounted.panel.getAttribute("state")).toBe("running");
    expect(mounted.text(".what")).toBe("Refining to 11 × 11");
    expect(mounted.text(".points")).toBe(`${Math.round(total * 0.67)} of ${total} points`);
    expect(mounted.text(".left")).toBe("0:38 left");
    await click(mounted.find('[label="Pause run"]'));
    await click(mounted.find('[label="Cancel run"]'));
    expect(mounted.posted.slice(-2)).toEqual([{ kind: "pause", paused: true }, { kind: "cancel" }]);
  });

  test("says when it is paused and goes on from there", async () => {
    const mounted = await mountPanel(stories.paused);
    expect(mounted.text(".what")).toBe("Paused");
    expect(mounted.all(".left")).toHaveLength(0);
    await click(mounted.find('[label="Resume run"]'));
    expect(mounted.posted).toContainEqual({ kind: "pause", paused: false });
  });

  test("is gone when the run is done", async () => {
    const mounted = await mountPanel(stories.running);
    await mounted.send({ kind: "status", status: "done", checks: [] });
    expect(mounted.all("run-progress")).toHaveLength(0);
    expect(mounted.panel.getAttribute("state")).toBe("done");
  });

  test("is spoken at quarters only", async () => {
    const order = measuringOrder(surface);
    const mounted = await mountPanel({
      messages: [{ kind: "snapshot", snapshot: snapshotOf(surface, { status: "running", measured: 9 }) }],
    });
    const spoken: string[] = [];
    const hear = (): void => {
      const text = mounted.text("run-progress .spoken, .spoken[role=status]");
      if (text !== "" && spoken.at(-1) !== text) spoken.push(text);
    };
    for (let measured = 17; measured <= total; measured += 8) {
      const points: HostMessage = {
        kind: "points",
        points: pointsOf(surface, order.slice(measured - 8, measured)),
        progress: { measured, total, level: [11, 11] },
      };
      await mounted.send(points);
      await new Promise((resolve) => setTimeout(resolve, 60));
      hear();
    }
    const figures = (): readonly (string | undefined)[] => {
      hear();
      return spoken.map((text) => text.split(" ")[0]);
    };
    await expect.poll(figures).toEqual(["25", "50", "75", "100"]);
  });

  test("shows what is being prepared before there is a run", async () => {
    const mounted = await mountPanel(stories.preparing);
    expect(mounted.text(".what")).toBe("Reading fashion-resnet8.onnx");
    expect(mounted.find("vscode-progress-bar").hasAttribute("indeterminate")).toBe(true);
    expect(mounted.find(".canvas").getAttribute("aria-label")).toBe("Contour map, not measured yet");
  });
});

describe("states", () => {
  test("a problem is stated with its facts and fixes, and no figures stay in the header", async () => {
    const mounted = await mountPanel({ messages: [...stories.done.messages, ...stories.problem.messages] });
    expect(mounted.panel.getAttribute("state")).toBe("problem");
    expect(mounted.text("problem-state h2, h2")).toContain(dataProblem.title);
    expect(mounted.text(".message")).toBe(dataProblem.message);
    expect(mounted.text(".facts")).toBe("input [N, 1, 28, 28] · x_test [10000, 3, 32, 32]");
    expect(mounted.text(".advice")).toBe(dataProblem.advice);
    expect(mounted.all("[data-fact]")).toHaveLength(0);
    const buttons = mounted.all("vscode-button");
    expect(buttons.map((button) => tidy(button.textContent))).toEqual(["Choose data", "Try again", "Show log"]);
    for (const button of buttons) await click(button);
    expect(mounted.posted.slice(-3)).toEqual([{ kind: "choose-data" }, { kind: "run-again" }, { kind: "show-log" }]);
  });

  test("a problem that the extension can do something about offers that first", async () => {
    const mounted = await mountPanel(stories["engine-problem"]);
    const buttons = mounted.all<HTMLElement>(
      "problem-state vscode-button, .rows vscode-button, .actions vscode-button",
    );
    expect(buttons.map((button) => tidy(button.textContent))).toEqual([
      "Install native TensorFlow…",
      "Show engines",
      "Try again",
      "Show log",
    ]);
    await click(buttons[0]!);
    expect(mounted.posted.at(-1)).toEqual({ kind: "remedy", remedy: "install-tensorflow" });
  });

  test("a problem with a file offers to show it", async () => {
    const mounted = await mountPanel(stories["file-problem"]);
    const show = mounted.all("vscode-button").find((button) => tidy(button.textContent) === "Show file")!;
    await click(show);
    expect(mounted.posted).toContainEqual({ kind: "reveal", path: fileProblem.file });
  });

  test("a run that failed late keeps its picture below the problem", async () => {
    const mounted = await mountPanel(stories["failed-late"]);
    expect(mounted.panel.getAttribute("state")).toBe("failed");
    expect(mounted.find("problem-state").hasAttribute("inline")).toBe(true);
    expect(mounted.text(".provenance")).toMatch(/measured, the rest interpolated/);
  });

  test("an unfinished run is offered for resuming", async () => {
    const mounted = await mountPanel(stories["offer-resume"]);
    expect(mounted.text("p")).toContain("1,742 of 2,601 points are measured.");
    for (const button of mounted.all("vscode-button")) await click(button);
    expect(mounted.posted.slice(-2)).toEqual([{ kind: "resume" }, { kind: "start-over" }]);
  });

  test("data that fits is offered by name, and any other file or a folder can be chosen", async () => {
    const mounted = await mountPanel(stories["choose-data"]);
    for (const button of mounted.all("vscode-button")) await click(button);
    expect(mounted.posted.slice(-4)).toEqual([
      { kind: "choose-data", path: "/home/anna/experiments/fashion/test.npz" },
      { kind: "choose-data", path: "/home/anna/experiments/fashion/train.npz" },
      { kind: "choose-data" },
      { kind: "choose-data", folder: true },
    ]);
  });

  test("a model for weights is asked for in the same way", async () => {
    const mounted = await mountPanel(stories["choose-model"]);
    expect(mounted.panel.getAttribute("state")).toBe("choose-model");
    expect(mounted.text("h2")).toBe("Which model do these weights belong to?");
    for (const button of mounted.all("vscode-button")) await click(button);
    expect(mounted.posted.slice(-3)).toEqual([
      { kind: "choose-model", path: "/home/anna/experiments/fashion/fashion-resnet8.keras" },
      { kind: "choose-model", path: "/home/anna/experiments/fashion/fashion-resnet8-wide.keras" },
      { kind: "choose-model" },
    ]);
  });

  test("code that mends a problem is shown and can be copied", async () => {
    const mounted = await mountPanel(stories["snippet-problem"]);
    expect(mounted.text(".snippet")).toContain('model = torch.load("model.pt", weights_only=False)');
    await click(mounted.all("vscode-button")[0]!);
    expect(mounted.posted.at(-1)).toEqual({ kind: "copy-text", text: codeProblem.snippet });
  });

  test("what was found by itself is told, and is gone with the next run that has nothing of it", async () => {
    const mounted = await mountPanel(stories.found);
    expect(mounted.all("found-list")).toHaveLength(1);
    expect(tidy(mounted.find<HTMLElement>("found-list").shadowRoot!.querySelector("ul")!.textContent)).toContain(
      "SparseCategoricalCrossentropy(from_logits=True)",
    );
    await mounted.send({ kind: "found", notices: [] });
    expect(mounted.all("found-list")).toHaveLength(0);
  });

  test("a cancelled run keeps what was measured and can be resumed", async () => {
    const mounted = await mountPanel(stories.cancelled);
    expect(mounted.text('[data-notice="cancelled"]')).toContain(`Cancelled at 53 of ${total} points.`);
    await click(mounted.find('[data-notice="cancelled"] vscode-button, [slot="action"]'));
    expect(mounted.posted).toContainEqual({ kind: "resume" });
  });

  test("a lost worker is told until it is back", async () => {
    const mounted = await mountPanel(stories["worker-lost"]);
    expect(mounted.all('[data-notice="worker"]')).toHaveLength(1);
    await mounted.send({ kind: "worker", state: "back" });
    expect(mounted.all('[data-notice="worker"]')).toHaveLength(0);
  });

  test("an error among the checks is visible without opening anything", async () => {
    const mounted = await mountPanel(stories["check-error"]);
    expect(mounted.text('[data-notice="check-centre"]')).toContain("so the picture cannot be trusted");
    expect(mounted.all('[role="tab"] .badge').map((badge) => badge.textContent)).toEqual(["2"]);
    mounted.find('[role="tab"][data-view="trust"]').click();
    await settled();
    expect(mounted.text("[data-verdict]")).toBe("2 of 4 checks passed, 1 warning, 1 error");
  });

  test("a point below θ* is said in words", async () => {
    const mounted = await mountPanel(stories["not-finite"]);
    expect(mounted.text('[data-mark="lowest"]')).toMatch(/^Lowest measured point, 0\.391 at α 0\..*less than/);
    mounted.panel.dispatchEvent(new CustomEvent("view-change", { detail: { metric: "accuracy" } }));
    await settled();
    expect(mounted.text('[data-note="lower"]')).toMatch(/^A measured point lies below θ\*: loss 0\.391 at α /);
  });
});

describe("settings", () => {
  test("are closed, with one line that says what was measured", async () => {
    const mounted = await mountPanel(stories.done);
    const summary = mounted.find("run-settings").shadowRoot!.querySelector("summary")!;
    expect(tidy(summary.textContent)).toBe("Run settings 11 × 11 over ±1, random, filter-normalised, seed 123");
    expect(tidy(mounted.find("run-settings").shadowRoot!.querySelector("dl")!.textContent)).toContain(
      "Samples 500 samples, stratified, seed 0",
    );
  });
});

describe("view", () => {
  test("asks for its state when it is ready, and keeps source, journal and view", async () => {
    const mounted = await mountPanel(stories.done);
    expect(mounted.posted[0]).toEqual({ kind: "ready" });
    expect(mounted.kept()).toEqual({
      version: 1,
      source: "file:///home/anna/experiments/fashion/fashion-resnet8.onnx",
      journal: "/home/anna/experiments/fashion/.loss-landscape/fashion-resnet8-3fa91c07.landscape-run.jsonl",
      view: viewWith({}),
    });
  });

  test("is restored and saved when it changes", async () => {
    const mounted = await mountPanel(stories.done, {
      kept: { version: 1, source: "file:///x", view: viewWith({ metric: "accuracy" }) },
    });
    const select = mounted.find<HTMLElementTagNameMap["vscode-single-select"]>('[label="Metric"]');
    expect(select.value).toBe("accuracy");
    expect(mounted.all('[label="Scale"]')).toHaveLength(0);
    select.value = "loss";
    select.dispatchEvent(new Event("change"));
    await settled();
    expect(mounted.kept()!.view.metric).toBe("loss");
    expect(mounted.all('[label="Scale"]')).toHaveLength(1);
  });

  test("views are a list to choose from where their tabs have no room, and tabs again where they have", async () => {
    const mounted = await mountPanel(stories.done, { width: 500 });
    expect(mounted.panel.hasAttribute("narrow")).toBe(false);
    expect(mounted.all('[role="tablist"]')).toHaveLength(0);
    const list = mounted.find<HTMLElementTagNameMap["vscode-single-select"]>('vscode-single-select[label="Views"]');
    list.value = "surface";
    list.dispatchEvent(new Event("change"));
    await settled();
    expect(mounted.find('[role="tabpanel"]').dataset.view).toBe("surface");
    await mounted.resize(760);
    expect(mounted.find('[role="tab"][aria-selected="true"]').dataset.view).toBe("surface");
    await mounted.resize(500);
    expect(mounted.all('[role="tablist"]')).toHaveLength(0);
  });

  test("has no control that does nothing", async () => {
    const mounted = await mountPanel(stories.done);
    const tabs = mounted.all('[role="tab"]').map((tab) => tab.dataset.view);
    expect(tabs).toEqual(viewNames.filter((name) => tabs.includes(name)));
    expect(tabs).toEqual(expect.arrayContaining(["contour", "surface", "lines", "trajectory", "trust"]));
    expect(mounted.all('[label="Reset zoom"]')).toHaveLength(0);
    const table = await mountPanel(stories.table);
    for (const label of ["Profiles", "Scale", "Copy image"]) {
      expect(table.all(`[label="${label}"]`), label).toHaveLength(0);
    }
  });

  test("below 480 pixels profiles and the copy button give way", async () => {
    const mounted = await mountPanel(stories.done, { width: 400 });
    expect(mounted.panel.hasAttribute("narrow")).toBe(true);
    expect(mounted.all('[label="Profiles"]')).toHaveLength(0);
    expect(mounted.all('[label="Copy image"]')).toHaveLength(0);
    await click(mounted.find('vscode-toolbar-button[label="More actions"]'));
    expect(tidy(mounted.find('[role="menuitem"]').textContent)).toBe("Copy image");
    const canvas = mounted.find(".canvas");
    expect(canvas.scrollWidth).toBeLessThanOrEqual(400);
    await mounted.resize(760);
    expect(mounted.panel.hasAttribute("narrow")).toBe(false);
    expect(mounted.all('[label="Profiles"]')).toHaveLength(1);
  });

  test.each([
    ["surface", true],
    ["cuts", true],
    ["trajectory", true],
    ["curvature-done", true],
    ["weights", true],
    ["compare", true],
    ["trust", false],
    ["trajectory-none", false],
    ["curvature-empty", false],
  ] as const)("below 480 pixels the menu copies the figure of %s where there is one: %s", async (story, isPictured) => {
    const mounted = await mountPanel(stories[story], { width: 400 });
    expect(mounted.all('[label="Copy image"]')).toHaveLength(0);
    await click(mounted.find('vscode-toolbar-button[label="More actions"]'));
    const entry = mounted.find('[role="menuitem"]');
    expect(tidy(entry.textContent) === "Copy image").toBe(isPictured);
    if (!isPictured) return;
    const original = navigator.clipboard.write.bind(navigator.clipboard);
    const written = new Promise<ClipboardItem>((resolve) => {
      navigator.clipboard.write = ([item]) => Promise.resolve(resolve(item!));
    });
    try {
      entry.click();
      const blob = await (await written).getType("image/png");
      expect((await createImageBitmap(blob)).width).toBeGreaterThanOrEqual(3 * 760);
    } finally {
      navigator.clipboard.write = original;
    }
  });

  test.each([320, 400, 500, 600, 760, 1400])(
    "fits into %d pixels in every state",
    async (width) => {
      const tooWide: string[] = [];
      for (const [name, story] of Object.entries(stories)) {
        const mounted = await mountPanel(story, { width });
        if (mounted.panel.scrollWidth > width) tooWide.push(`${name}: ${mounted.panel.scrollWidth}`);
        const [tabs] = mounted.all('[role="tablist"]');
        if (tabs && tabs.scrollWidth > tabs.clientWidth) tooWide.push(`${name}: ${tabs.scrollWidth} of its tabs`);
        mounted.panel.remove();
      }
      expect(tooWide).toEqual([]);
    },
    60_000,
  );
});
