import { describe, expect, test, vi } from "vitest";
import { countShare, multiplePlot } from "../../../webview/charts/histograms";
import type { Mark, PathMark, TextMark } from "../../../webview/charts/drawing";
import { zeroFilters } from "../../../webview/state/weights";
import { mountPanel, settled } from "../support/panel";
import type { Mounted } from "../support/panel";
import { storiesOf } from "../support/stories";
import { oracleSurface } from "../support/surface";
import { layerValues, weightAnswers, weightsFigureOf } from "../support/weights";

const stories = storiesOf(oracleSurface(11));
const kernels = [
  "conv.weight",
  "blocks.0.conv1.weight",
  "blocks.0.conv2.weight",
  "blocks.1.conv1.weight",
  "blocks.1.shortcut.0.weight",
  "fc.weight",
];
const own = "/home/anna/experiments/fashion/fashion-resnet8.onnx";
const initial = "/home/anna/experiments/fashion/checkpoints/model_0.pt";
const figure = weightsFigureOf([own, initial], 64);

type Multiple = HTMLElementTagNameMap["weights-multiple"];

const multiples = (mounted: Mounted): readonly Multiple[] => mounted.all<Multiple>("weights-multiple");

/** The drawing of a layer, once it has been in sight. */
async function marksOf(multiple: Multiple): Promise<readonly Mark[]> {
  multiple.scrollIntoView();
  await vi.waitFor(() => expect(multiple.drawing).toBeDefined(), { timeout: 10_000 });
  return multiple.drawing!.marks;
}

const pathOf = (marks: readonly Mark[], role: string): PathMark =>
  marks.find((mark): mark is PathMark => mark.kind === "path" && mark.role === role)!;

const textOf = (marks: readonly Mark[], role: string): string =>
  marks.find((mark): mark is TextMark => mark.kind === "text" && mark.role === role)!.text;

async function press(mounted: Mounted, key: string, shiftKey = false): Promise<void> {
  mounted.find(".grid").dispatchEvent(new KeyboardEvent("keydown", { key, shiftKey, bubbles: true }));
  await settled();
}

describe("the question", () => {
  test("is asked when the view is opened, with the first checkpoint of the training, and once in a session", async () => {
    const asked: (readonly string[])[] = [];
    const answers = {
      ...weightAnswers,
      weights: ({ files, bins }: { readonly files: readonly string[]; readonly bins: number }) => {
        asked.push(files);
        return weightsFigureOf(files, bins);
      },
    };
    const messages = stories.weights.messages.map((message) =>
      message.kind === "snapshot"
        ? { ...message, snapshot: { ...message.snapshot, header: { ...message.snapshot.header, id: "asked once" } } }
        : message,
    );
    const mounted = await mountPanel({ messages, answers });
    expect(asked).toEqual([]);
    mounted.find('[role="tab"][data-view="weights"]').click();
    await settled();
    expect(asked).toEqual([[own, initial]]);
    mounted.find('[role="tab"][data-view="contour"]').click();
    await settled();
    mounted.find('[role="tab"][data-view="weights"]').click();
    await settled();
    expect(asked).toHaveLength(1);
    expect(multiples(mounted)).toHaveLength(kernels.length);
  });

  test("that cannot be answered is told, and can be asked again without the added files", async () => {
    const mounted = await mountPanel(stories["weights-problem"]);
    expect(mounted.text(".problem")).toContain("is not a complete ONNX file");
    const view = mounted.find<HTMLElementTagNameMap["weights-view"]>("weights-view");
    await expect(view.picture("svg")).rejects.toThrow("is not a complete ONNX file");
    mounted.all(".problem vscode-button")[1]!.click();
    await settled();
    expect(mounted.kept()!.view.options.weights).toMatchObject({ files: [] });
  });

  test("keeps what was there while another file is read, or cannot be", async () => {
    const mounted = await mountPanel({
      ...stories.weights,
      answers: {
        ...weightAnswers,
        weights: (asked) =>
          asked.files.length > 2
            ? {
                problem: {
                  reason: "file-unsupported",
                  title: "No",
                  message: "It does not fit.",
                  advice: "Choose another.",
                },
              }
            : weightsFigureOf(asked.files, asked.bins),
      },
    });
    mounted.find('vscode-toolbar-button[label="Compare weights…"]').click();
    await settled();
    expect(mounted.text(".problem")).toContain("It does not fit.");
    expect(multiples(mounted)).toHaveLength(kernels.length);
    expect(mounted.all(".files li")).toHaveLength(3);
  });
});

describe("histograms", () => {
  test("are one for each kernel in the order of the network, with the numbers of its bins", async () => {
    const mounted = await mountPanel(stories.weights);
    expect(multiples(mounted).map(({ dataset }) => dataset.layer)).toEqual(kernels);
    const multiple = multiples(mounted)[3]!;
    const layer = figure.layers.find(({ name }) => name === "blocks.1.conv1.weight")!;
    const marks = await marksOf(multiple);
    const plot = multiplePlot(multiple.width);
    const most = Math.max(...layer.models.flatMap(({ bins }) => bins));
    for (const file of [0, 1]) {
      // The first and the last point lie on the base; between them two for each bin.
      const heights = [...pathOf(marks, `outline ${file}`).d.matchAll(/[ML][-\d.]+ ([-\d.]+)/g)].map(([, y]) =>
        Number(y),
      );
      expect(heights).toHaveLength(2 * 64 + 2);
      layer.models[file]!.bins.forEach((count, bin) => {
        const share = (plot.y + plot.height - heights[1 + 2 * bin]!) / plot.height;
        expect(share).toBeCloseTo(countShare(count, most), 3);
      });
    }
    expect(pathOf(marks, "filled 0").fill).toBeDefined();
    expect(marks.some((mark) => mark.kind === "path" && mark.role === "filled 1")).toBe(false);
  });

  test("share their range within a kind, or have their own", async () => {
    const mounted = await mountPanel(stories.weights);
    const ends = async () => {
      const found: string[] = [];
      for (const multiple of multiples(mounted)) {
        const marks = await marksOf(multiple);
        found.push(`${textOf(marks, "from")} ${textOf(marks, "to")}`);
      }
      return new Set(found).size;
    };
    expect(await ends()).toBe(1);
    mounted.find("weights-view").dispatchEvent(
      new CustomEvent("view-change", {
        detail: { options: { weights: { shared: false } } },
        bubbles: true,
        composed: true,
      }),
    );
    await settled();
    expect(await ends()).toBe(kernels.length);
  });

  test("of few values have few bins, which hold all of them", async () => {
    const mounted = await mountPanel(stories.weights);
    const marks = await marksOf(multiples(mounted)[0]!);
    const heights = [...pathOf(marks, "outline 0").d.matchAll(/[ML]/g)];
    expect(heights).toHaveLength(2 * 16 + 2);
    const layer = figure.layers[0]!;
    const merged = Array.from({ length: 16 }, (_, k) =>
      Math.max(...layer.models.map(({ bins }) => bins.slice(4 * k, 4 * k + 4).reduce((sum, bin) => sum + bin, 0))),
    );
    expect(textOf(marks, "most")).toBe(String(Math.max(...merged)));
  });

  test("say deviation, zeros and norm, as computed from the values themselves", async () => {
    const mounted = await mountPanel(stories.weights);
    const values = layerValues(3, 0);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    const norm = Math.hypot(...values);
    const marks = await marksOf(multiples(mounted)[1]!);
    expect(textOf(marks, "details")).toBe(`σ ${deviation.toPrecision(3)} · 12.5\u00a0% zero · norm ${norm.toFixed(2)}`);
    expect(textOf(marks, "shape")).toBe("16 × 8 × 3 × 3");
  });

  test("are drawn when they come into sight, at a height that is reserved before", async () => {
    const mounted = await mountPanel(stories.weights, { width: 400 });
    const spacer = document.createElement("div");
    spacer.style.height = "5000px";
    mounted.panel.parentElement!.before(spacer);
    const far = await mountPanel(stories.weights, { width: 400 });
    const last = multiples(far).at(-1)!;
    window.scrollTo(0, 0);
    await settled();
    expect(last.drawing).toBeUndefined();
    const { height } = last.getBoundingClientRect();
    await marksOf(last);
    expect(last.getBoundingClientRect().height).toBe(height);
    spacer.remove();
  });
});

describe("filter norms", () => {
  test("are a dot for each filter from the largest down, with a cross for each that is zero", async () => {
    const mounted = await mountPanel(stories["weights-filters"]);
    const layer = figure.layers.find(({ name }) => name === "blocks.0.conv1.weight")!;
    expect(zeroFilters(layer.filterNorms[0]!)).toBe(2);
    const marks = await marksOf(multiples(mounted)[1]!);
    const plot = multiplePlot(multiples(mounted)[1]!.width);
    const most = Math.max(...layer.filterNorms.flat().map(Number));
    const dots = [...pathOf(marks, "norms 0").d.matchAll(/M[-\d.]+ ([-\d.]+)a/g)].map(([, y]) => Number(y));
    const norms = layer.filterNorms[0]!.map(Number).sort((a, b) => b - a);
    expect(dots).toHaveLength(16);
    dots.forEach((y, k) => expect((plot.y + plot.height - y) / (plot.height - 4)).toBeCloseTo(norms[k]! / most, 3));
    expect(pathOf(marks, "zero-filters").d.match(/M/g)).toHaveLength(2);
    expect(textOf(marks, "details")).toContain("2 zero filters");
    expect(mounted.all(".overall")).toHaveLength(0);
  });
});

describe("keyboard and words", () => {
  test("arrows go from layer to layer, with Shift from bin to bin, and are read out", async () => {
    const mounted = await mountPanel(stories.weights);
    const stops = () => multiples(mounted).map(({ tabIndex }) => tabIndex);
    expect(stops()).toEqual([0, -1, -1, -1, -1, -1]);
    await press(mounted, "ArrowRight");
    await press(mounted, "ArrowDown");
    expect(stops()).toEqual([-1, -1, -1, -1, 0, -1]);
    await press(mounted, "ArrowUp");
    await press(mounted, "ArrowRight");
    await press(mounted, "ArrowRight");
    await press(mounted, "ArrowRight", true);
    await press(mounted, "ArrowRight", true);
    const layer = figure.layers.find(({ name }) => name === "blocks.1.conv1.weight")!;
    const [first, second] = layer.models.map(({ bins }) => bins[33]!);
    expect(mounted.text(".reading")).toMatch(
      new RegExp(
        `^blocks\\.1\\.conv1\\.weight, .+ to .+: ${first} in fashion-resnet8\\.onnx, ${second} in model_0\\.pt \\(initial\\)$`,
      ),
    );
    await press(mounted, "Escape");
    expect(mounted.text(".reading")).toContain("Point at a histogram");
  });

  test("as many layers stand in a row as have room, and arrows know how many", async () => {
    for (const [width, columns] of [
      [400, 1],
      [800, 3],
      [1100, 4],
      [1400, 5],
    ] as const) {
      const mounted = await mountPanel(stories.weights, { width });
      const tops = multiples(mounted).map((each) => each.getBoundingClientRect().top);
      expect(tops.filter((top) => top === tops[0])).toHaveLength(columns);
      await press(mounted, "ArrowDown");
      expect(multiples(mounted).findIndex(({ tabIndex }) => tabIndex === 0)).toBe(columns);
      expect(mounted.panel.scrollWidth).toBeLessThanOrEqual(width);
      mounted.panel.remove();
    }
  });

  test("the figure says its numbers, and the tables have all of them", async () => {
    const mounted = await mountPanel(stories.weights);
    const { overall } = figure;
    expect(mounted.find(".overall svg").getAttribute("aria-label")).toMatch(
      /^Histograms of the weights in 6 layers\. fashion-resnet8\.onnx: 8,968 values in kernels, mean .+, standard deviation 0\.0\d+, 1\.6.% zero, norm \d/,
    );
    const cell = (file: number, key: string) =>
      Number(mounted.find(`tr[data-file="${file}"] td[data-key="${key}"]`).dataset.value);
    for (const [file, model] of overall.models.entries()) {
      expect([cell(file, "count"), cell(file, "deviation"), cell(file, "zeros")]).toEqual([
        model.count,
        model.deviation,
        model.zeros,
      ]);
    }
    const table = await mountPanel(stories["weights-table"]);
    const rows = table.all<HTMLElement>('tr[data-layer]:not([data-layer=""])');
    expect(rows.map(({ dataset }) => dataset.layer)).toEqual(figure.layers.map(({ name }) => name));
  });
});

describe("other files", () => {
  test("are chosen by the user, drawn over the others, kept, and taken away", async () => {
    const mounted = await mountPanel(stories.weights);
    mounted.find('vscode-toolbar-button[label="Compare weights…"]').click();
    await settled();
    expect(mounted.kept()!.view.options.weights).toMatchObject({
      files: ["/home/anna/experiments/large-batch/model.onnx"],
    });
    expect(mounted.all(".files li span").map(({ textContent }) => textContent)).toEqual([
      "fashion-resnet8.onnx",
      "model_0.pt (initial)",
      "model.onnx",
    ]);
    const marks = await marksOf(multiples(mounted)[0]!);
    expect(new Set([0, 1, 2].map((file) => pathOf(marks, `outline ${file}`).stroke)).size).toBe(3);
    mounted.all(".files vscode-toolbar-button")[0]!.click();
    await settled();
    expect(mounted.kept()!.view.options.weights).toMatchObject({ initial: false });
    expect(mounted.all(".files li")).toHaveLength(2);
  });
});

describe("as a picture", () => {
  test("has every layer, in sight or not, as SVG and PNG", async () => {
    const mounted = await mountPanel(stories.weights);
    const view = mounted.find<HTMLElementTagNameMap["weights-view"]>("weights-view");
    const parsed = new DOMParser().parseFromString(await (await view.picture("svg")).text(), "image/svg+xml");
    expect(parsed.querySelector("parsererror")).toBeNull();
    const words = [...parsed.querySelectorAll("text")].map(({ textContent }) => textContent);
    for (const name of kernels) expect(words).toContain(name);
    expect(words.join(" ")).toContain("Weights of fashion-resnet8.onnx, model_0.pt (initial).");
    const bitmap = await createImageBitmap(await view.picture("png"));
    expect(bitmap.width).toBe(760 * 3);
  });
});
