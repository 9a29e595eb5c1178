import * as echarts from "echarts/core";
import { describe, expect, test, vi } from "vitest";
import type { ForeseeResult, StudyChange } from "../../../server/protocol/requests";
import type { ContourFigure } from "../../../webview/components/contour-figure/contour-figure";
import type { HostMessage, MadeRun } from "../../../webview/protocol/messages";
import { foreseeAnswers, foreseen } from "../support/changed";
import { pathLosses } from "../support/method";
import { mountPanel, settled, tidy } from "../support/panel";
import type { Mounted } from "../support/panel";
import { snapshotOf } from "../support/runs";
import { storiesOf } from "../support/stories";
import { oracleSurface } from "../support/surface";

const surface = oracleSurface(11);
const stories = storiesOf(surface);

interface Painted {
  readonly type: string;
  readonly shape: Record<string, number>;
  readonly style: { readonly fill?: string; readonly stroke?: string; readonly lineWidth?: number };
}

function evidence(mounted: Mounted, name: string): readonly Painted[] {
  const figure = mounted.find(`[data-evidence="${name}"] drawn-figure`);
  const chart = echarts.getInstanceByDom(figure.shadowRoot!.querySelector<HTMLElement>(".canvas")!)!;
  const painted = chart.getZr().storage.getDisplayList() as unknown as readonly Painted[];
  return painted.filter((element) => "shape" in element);
}

const bar = (mounted: Mounted, selector: string) => mounted.find("check-bar").shadowRoot!.querySelector(selector)!;

const asked = (mounted: Mounted, name: string) =>
  mounted.posted.flatMap((message) => (message.kind === "ask" && message.ask === name ? [message] : []));

describe("the table", () => {
  test("has a row for each check with its state as shape and text", async () => {
    const mounted = await mountPanel(stories.trust);
    const rows = mounted.all("tr[data-check]");
    expect(rows.map((row) => [row.getAttribute("data-check"), row.getAttribute("data-level")])).toEqual([
      ["centre", "ok"],
      ["sampling", "warning"],
      ["norm-ratio", "ok"],
      ["cosine", "ok"],
      ["centre-convexity", "not-run"],
      ["away-convexity", "not-run"],
      ["second-pair", "not-run"],
    ]);
    const state = (k: number) => [
      rows[k]!.querySelector("vscode-icon")!.getAttribute("name"),
      rows[k]!.querySelector(".spoken")!.textContent,
    ];
    expect([state(0), state(1), state(4)]).toEqual([
      ["pass", "Passed"],
      ["warning", "Warning"],
      ["circle-large-outline", "Not run"],
    ]);
    expect(mounted.text("[data-verdict]")).toBe("3 of 4 checks passed, 1 warning");
  });

  test("opens the evidence of a warning in place, and of nothing that has passed", async () => {
    const mounted = await mountPanel(stories["trust-path"]);
    await settled();
    expect(mounted.all("[data-evidence]").map((row) => row.getAttribute("data-evidence"))).toEqual([
      "lowest",
      "off-plane",
      "path-loss",
    ]);
  });
});

describe("the evidence", () => {
  test("of the path has a filled and a hollow point for each checkpoint, and marks gaps over the limit", async () => {
    const mounted = await mountPanel(stories["trust-path"], { theme: "dark" });
    await settled();
    const painted = evidence(mounted, "path-loss");
    const dots = painted.filter(({ type }) => type === "circle");
    const filled = dots.filter(({ style }) => style.fill === style.stroke);
    expect([dots.length, filled.length]).toEqual([12, 6]);
    // Heights are linear in the loss: ratios of differences agree with those of the losses.
    const [a, b, c] = [filled[0]!.shape.cy!, filled[1]!.shape.cy!, filled[2]!.shape.cy!];
    const [own, plane] = [pathLosses.map(([first]) => first), pathLosses.map(([, second]) => second)];
    expect((a - b) / (c - b)).toBeCloseTo((own[1]! - own[0]!) / (own[1]! - own[2]!), 6);
    const gaps = painted.filter(({ style }) => style.lineWidth === 3);
    expect(gaps).toHaveLength(
      own.filter((loss, k) => Math.abs(loss - plane[k]!) / Math.max(loss, plane[k]!) > 0.1).length,
    );
    expect(mounted.find('[data-evidence="path-loss"] drawn-figure').shadowRoot!.innerHTML).toContain(
      "3 of 6 differ by more than 10 %",
    );
  });

  test("of a lower point has its place, and leads to the map", async () => {
    const mounted = await mountPanel(stories["trust-path"]);
    const cells = [...mounted.find('[data-place="3"]').querySelectorAll("td")].map(({ textContent }) => textContent);
    expect(cells.slice(0, 4)).toEqual(["−0.40", "−1.00", "0.390", "0.0157"]);
    mounted.find('[data-place="3"]').querySelector<HTMLElement>('[data-show="contour"]')!.click();
    await settled();
    expect(mounted.find("[data-view]").getAttribute("data-view")).toBe("contour");
    const { cursor } = mounted.find<ContourFigure>("contour-figure");
    expect(cursor).toMatchObject({ alpha: surface.x[3], beta: -1, pinned: true });
    expect(tidy(mounted.find("read-out").shadowRoot!.textContent)).toContain("0.390");
  });
});

describe("checks that were not run", () => {
  test("tell how long they take and are started from their row", async () => {
    const mounted = await mountPanel(stories.trust);
    const runs = asked(mounted, "runs");
    expect(runs).toHaveLength(1);
    await mounted.send({ kind: "answer", id: runs[0]!.id, result: [] });
    const { study } = snapshotOf(surface, { status: "done" }).header;
    const answer: ForeseeResult = foreseen(study, {}, { products: 100, seconds: 75 });
    for (let k = 0; k < 5; k++) {
      await mounted.send({ kind: "answer", id: asked(mounted, "foresee")[k]!.id, result: answer });
    }
    expect(mounted.text('[data-check="away-convexity"] .num')).toBe("Run about 1:15");
    mounted.find<HTMLElement>('[data-check="second-pair"] button').click();
    expect(mounted.posted.at(-1)).toEqual({
      kind: "run-changed",
      change: { seed: 124, grid: { points: [11, 11] } },
    });
  });

  test("are made all together, at a cost that is told before, and can be stopped", async () => {
    const { study, data } = snapshotOf(surface, { status: "done" }).header;
    const products = (change: StudyChange) => (change.curvature ? 800 : 0);
    const mounted = await mountPanel({
      ...stories.trust,
      answers: { runs: () => [], foresee: (change) => foreseen(study, change, { products: products(change) }) },
    });
    await vi.waitFor(() =>
      expect(tidy(bar(mounted, ".text").textContent)).toBe(
        "2 runs: 146 evaluations of 500 samples, 800 products with the Hessian, about 15 s",
      ),
    );
    expect(data.samples).toBe(500);
    mounted.find<HTMLElement>('[data-action="run-checks"]').click();
    const [message] = mounted.posted.flatMap((each) => (each.kind === "run-checks" ? [each] : []));
    expect(message!.runs.map(({ checks }) => checks)).toEqual([
      ["centre-convexity", "away-convexity"],
      ["second-pair"],
    ]);
    const checking = (first: Partial<MadeRun>, second: Partial<MadeRun> = {}): HostMessage => ({
      kind: "checking",
      journal: snapshotOf(surface, { status: "done" }).journal,
      runs: [
        { checks: ["centre-convexity"], state: "running", message: "", ...first },
        { checks: ["second-pair"], state: "waiting", message: "", ...second },
      ],
    });
    await mounted.send(checking({ measured: 5, total: 20 }));
    expect(tidy(bar(mounted, ".text").textContent)).toBe("Run 1 of 2, 25 % measured");
    mounted.find<HTMLElement>('[data-action="stop-checks"]').click();
    expect(mounted.posted.at(-1)).toEqual({ kind: "stop-checks" });
    const problem = { reason: "internal", title: "", message: "It went wrong.", advice: "" } as const;
    await mounted.send(checking({ state: "failed", problem }, { state: "done" }));
    expect(tidy(bar(mounted, '[role="alert"]').textContent)).toBe("It went wrong.");
  });

  test("are told by a run that was made for them, as soon as it is done", async () => {
    const own = snapshotOf(surface, { status: "done" });
    const check = { name: "centre-convexity", level: "ok", value: 0.02, expected: 0.1, message: "Nearly." } as const;
    const made = { ...own, journal: "/made.jsonl", checks: [...own.checks, check] };
    const mounted = await mountPanel({ ...stories.trust, answers: { runs: () => [], run: () => made } });
    await settled();
    expect(mounted.find('[data-check="centre-convexity"]').getAttribute("data-level")).toBe("not-run");
    const run = { checks: [check.name], state: "done", message: "", journal: made.journal } as const;
    await mounted.send({ kind: "checking", journal: own.journal, runs: [run] });
    await vi.waitFor(() =>
      expect(mounted.find('[data-check="centre-convexity"]').getAttribute("data-level")).toBe("ok"),
    );
    expect(asked(mounted, "run").map(({ params }) => params)).toEqual([{ journal: "/made.jsonl" }]);
  });

  test("more samples are a run of its own", async () => {
    const snapshot = snapshotOf(surface, { status: "done" });
    const header = { ...snapshot.header, data: { ...snapshot.header.data, available: 10_000 } };
    const [init] = stories.trust.messages;
    const messages = [init!, { kind: "snapshot" as const, snapshot: { ...snapshot, header } }];
    const mounted = await mountPanel({
      ...stories.trust,
      messages,
      answers: { runs: () => [], ...foreseeAnswers(header.study) },
    });
    await vi.waitFor(() =>
      expect(tidy(mounted.find('[data-evidence="sampling"]').textContent)).toContain(
        "Measure with 2,000 samples about 0:12",
      ),
    );
    mounted.find<HTMLElement>('[data-action="more-samples"]').click();
    expect(mounted.posted.at(-1)).toEqual({ kind: "run-changed", change: { samples: 2000 } });
  });

  test("a run with other directions that is there already is compared at once", async () => {
    const mounted = await mountPanel(stories.trust);
    const { header, ...rest } = snapshotOf(surface, { status: "done" });
    const directions = { kind: "random", seed: 7, normalise: "filter", ignore: "bias,norm" } as const;
    const other = { ...rest, header: { ...header, id: "other", study: { ...header.study, directions } } };
    const summary = {
      journal: "/other.jsonl",
      model: header.model,
      directions: "seed 7",
      split: "test",
      status: "done",
    };
    const [runs] = asked(mounted, "runs");
    await mounted.send({ kind: "answer", id: runs!.id, result: [summary] as never });
    const [run] = asked(mounted, "run");
    expect(run!.params).toEqual({ journal: "/other.jsonl" });
    await mounted.send({ kind: "answer", id: run!.id, result: other });
    await settled();
    expect(mounted.find('[data-check="second-pair"]').getAttribute("data-level")).toBe("ok");
    expect(mounted.text('[data-check="second-pair"] .value')).toBe("0.0 %");
    const rings = evidence(mounted, "second-pair").filter(({ type }) => type === "polygon");
    expect(rings).toHaveLength(2);
  });

  test("a host that cannot tell leaves the row as it is", async () => {
    const mounted = await mountPanel(stories.trust);
    const problem = { reason: "internal", title: "", message: "No.", advice: "" } as never;
    await mounted.send({ kind: "answer", id: asked(mounted, "runs")[0]!.id, problem });
    await mounted.send({ kind: "answer", id: asked(mounted, "foresee")[0]!.id, problem });
    expect(mounted.text('[data-check="centre-convexity"] .num')).toBe("Run");
  });
});

test("the guide is closed until it is wanted, and cites the paper", async () => {
  const mounted = await mountPanel(stories.trust);
  const details = mounted.find<HTMLDetailsElement>("reading-guide details, details");
  expect(details.open).toBe(false);
  const guide = mounted.find("reading-guide").shadowRoot!;
  expect(guide.querySelector("cite")!.textContent).toContain("arXiv:1712.09913");
  expect(guide.querySelectorAll("[data-guide]")).toHaveLength(4);
});

test("errors stay as lines under the header whatever is shown", async () => {
  const mounted = await mountPanel(stories["trust-error"]);
  expect(mounted.all('[data-notice="check-centre"]')).toHaveLength(1);
  expect(mounted.text("[data-verdict-sentence]")).toContain("Do not rely on this picture");
});
