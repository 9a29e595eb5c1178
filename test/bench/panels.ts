import { cpSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import type { Page } from "playwright";
import { ensureHost } from "../../.ci/host.mjs";
import { ensureChromium, packageVsix } from "../../.ci/steps.mjs";
import { until } from "../e2e/support/until";
import { Driver } from "../e2e/support/workbench";
import { Workspace } from "../e2e/support/workspace";
import { collectedMemory } from "./support/nodeHeap";
import type { NodeMemory } from "./support/nodeHeap";
import type { Report } from "./support/report";
import { collectedPage } from "./support/pageHeap";
import type { PageMemory } from "./support/pageHeap";

/** Rounds after which memory is looked at. The first of them is what the last is compared with. */
const reported = { whole: [5, 10, 20, 30, 40], quick: [5, 10, 15] };
const mostGrowth = 1.05;
/** Of a large heap one twentieth would hide what a small run leaves behind: bytes for each panel after `warm` rounds. */
const mostLeft = 16 * 1024;
const warm = 10;

/** A run with something to draw in every view that needs no other run. */
const study = {
  model: "net.onnx",
  data: { path: "test.npz", split: "test", samples: 100 },
  directions: { kind: "pca" },
  checkpoints: { files: "checkpoints/model_*.pt", log: "log.csv" },
  grid: { points: 7 },
  curvature: { points: 3, samples: 20, traceProbes: 2, densityProbes: 1, tolerance: 0.1 },
};
const studyFile = "net.landscape.json";

/** What there is after a round, with no panel open. */
interface Sample {
  readonly host: NodeMemory;
  readonly worker: NodeMemory;
  readonly page: PageMemory;
  /** Evaluators beyond those that wait for the next click, one for each core at most. */
  readonly evaluators: number;
  readonly webviews: number;
}

interface Quantity {
  readonly name: string;
  readonly of: (sample: Sample) => number;
  readonly isBytes?: boolean;
  /** Whether what each panel leaves behind is judged, too. */
  readonly isOurs?: boolean;
  /** Told, but not judged. */
  readonly isAside?: boolean;
}

function quantitiesOf(name: string, of: (sample: Sample) => NodeMemory): readonly Quantity[] {
  return [
    { name: `${name}, heap without code`, of: (sample) => of(sample).heap, isBytes: true, isOurs: true },
    { name: `${name}, held beside the heap`, of: (sample) => of(sample).external, isBytes: true, isOurs: true },
    { name: `${name}, compiled code`, of: (sample) => of(sample).code, isBytes: true, isAside: true },
    { name: `${name}, physical memory`, of: (sample) => of(sample).rss, isBytes: true, isAside: true },
  ];
}

const quantities: readonly Quantity[] = [
  ...quantitiesOf("extension host", ({ host }) => host),
  ...quantitiesOf("worker", ({ worker }) => worker),
  { name: "evaluators beyond those that wait", of: ({ evaluators }) => evaluators },
  { name: "window, heap", of: ({ page }) => page.heap, isBytes: true },
  { name: "window, array buffers", of: ({ page }) => page.buffers, isBytes: true },
  { name: "window, physical memory", of: ({ page }) => page.rss, isBytes: true, isAside: true },
  { name: "drawing process, physical memory", of: ({ page }) => page.gpuRss, isBytes: true, isAside: true },
  { name: "webviews", of: ({ webviews }) => webviews },
  { name: "frames", of: ({ page }) => page.frames },
  { name: "documents", of: ({ page }) => page.documents },
  { name: "nodes", of: ({ page }) => page.nodes },
  { name: "detached nodes", of: ({ page }) => page.detached },
  { name: "event listeners", of: ({ page }) => page.listeners },
];

function prepare(workspace: Workspace): void {
  const sample = path.resolve("media", "samples", "fashion-resnet8");
  workspace.addModel("net");
  for (const name of ["log.csv", "checkpoints"])
    cpSync(path.join(sample, name), workspace.path(name), { recursive: true });
  workspace.write(studyFile, JSON.stringify(study));
}

/** Opens the panel, waits for its picture, looks at every other view, and closes it. */
async function openAndClose(driver: Driver): Promise<void> {
  await driver.visualize(studyFile);
  const panel = driver.panel();
  await panel.state("done");
  const tabs = panel.root.locator("view-tabs button");
  const views = await tabs.evaluateAll((buttons) =>
    (buttons as unknown as { dataset: { view: string } }[]).map(({ dataset }) => dataset.view),
  );
  if (views.length < 8) throw new Error(`The panel has only the views ${views.join(", ")}.`);
  for (const view of views) {
    await panel.root.locator(`view-tabs button[data-view="${view}"]`).click();
    const shown = panel.root.locator(`${view}-view`);
    await shown.waitFor();
    // The comparison has no picture until there is another run.
    if (view !== "compare") await shown.getByRole("img").first().waitFor();
  }
  await driver.tab(`Landscape: ${path.basename(studyFile)}`).click({ button: "middle" });
  await driver.empty();
}

const workerMemory = (driver: Driver, client: Page): Promise<NodeMemory> =>
  collectedMemory(client, driver.processes("server.js")[0]!);

function surplusEvaluators(driver: Driver): number {
  return Math.max(0, driver.processes("evaluator.js").length - availableParallelism());
}

/** The worker's memory when all that it has done is to read a study file for the editor. */
async function atRest(driver: Driver, client: Page): Promise<NodeMemory> {
  await driver.file(studyFile).dblclick();
  // What the worker says of the file shows that it is there.
  await driver.page.locator(".codelens-decoration").first().waitFor({ timeout: 60_000 });
  await until("describing was over", () => surplusEvaluators(driver) === 0, 60_000);
  const memory = await workerMemory(driver, client);
  await driver.closeAll();
  return memory;
}

async function take(driver: Driver, client: Page): Promise<Sample> {
  return {
    page: await collectedPage(driver.page),
    host: await collectedMemory(client, driver.extensionHost()),
    worker: await workerMemory(driver, client),
    evaluators: surplusEvaluators(driver),
    webviews: await driver.page.locator("iframe.webview").count(),
  };
}

const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
const inWords = ({ rss, heap, code }: NodeMemory): string =>
  `${megabytes(rss)} MB of physical memory, of them ${megabytes(heap + code)} MB of heap in use`;

/** How many times as much the last sample has as the first. */
function growth(values: readonly number[]): number {
  const [first, last] = [values[0]!, values.at(-1)!];
  return first === last ? 1 : last / first;
}

/** Bytes that each panel has left behind, on the average of those after `warm` rounds. */
const leftOf = (values: readonly number[], rounds: readonly number[]): number =>
  (values.at(-1)! - values[rounds.indexOf(warm)]!) / (rounds.at(-1)! - warm);

function tell(report: Report, samples: readonly Sample[], rounds: readonly number[]): void {
  let worst = { name: "", ratio: 0 };
  let most = { name: "", left: -Infinity };
  const rows = quantities.map(({ name, of, isBytes, isAside, isOurs }) => {
    const values = samples.map(of);
    const [ratio, left] = [growth(values), leftOf(values, rounds)];
    if (!isAside && !(ratio <= worst.ratio)) worst = { name, ratio };
    if (isOurs && !(left <= most.left)) most = { name, left };
    const cells = values.map((value) => (isBytes ? megabytes(value) : String(value)));
    return [
      name + (isAside ? " (not judged)" : ""),
      ...cells,
      ratio.toFixed(3),
      isBytes ? (left / 1024).toFixed(1) : "",
    ];
  });
  report.line({
    what: "the quantity that grew most, last round to first",
    value: worst.ratio,
    unit: "×",
    digits: 3,
    goal: { atMost: mostGrowth },
    remark: `${worst.name}, rounds ${rounds.at(-1)!} and ${rounds[0]!}`,
  });
  report.line({
    what: "what a panel leaves behind at most in the extension host or the worker",
    value: most.left / 1024,
    unit: "KB",
    digits: 1,
    goal: { atMost: mostLeft / 1024 },
    remark: most.name,
  });
  const numbers = rounds.map((count) => `round ${count}`);
  report.table(["MB or number", ...numbers, "last to first", "KB a panel"], rows);
}

/**
 * Whether anything of a panel stays when it is closed: one run is opened in the real workbench forty times, looked at in
 * every view and closed. After some of the rounds the garbage of the extension host, the worker and the window is
 * collected, and what they still hold is set in proportion to what they held after the fifth round, when everything is
 * loaded. That is at most 1.05, and a panel leaves at most 16 KB in the heap of the extension host or the worker; what the window keeps of each is the workbench's own and the browser's.
 *
 * Compiled code is not judged, for what is often called is compiled again, until all of it is optimised. Nor is physical
 * memory: allocators keep what may be needed again, and in the window the browser's inspector, by which this program
 * acts, keeps the text of every script that it has seen loaded, which is 2 MB for each panel.
 */
export async function main(report: Report): Promise<void> {
  await ensureHost();
  process.env.CHROMIUM_PATH ??= await ensureChromium();
  process.env.LOSS_LANDSCAPE_VSIX ??= await packageVsix();
  const workspace = new Workspace();
  let driver: Driver | undefined;
  try {
    prepare(workspace);
    driver = await Driver.open(workspace.folder);
    const client = await driver.page.context().browser()!.newPage();
    report.note(`The worker at rest: ${inWords(await atRest(driver, client))}.`);
    const samples: Sample[] = [];
    const rounds = report.quick ? reported.quick : reported.whole;
    for (let count = 1; count <= rounds.at(-1)!; count++) {
      await openAndClose(driver);
      if (count === 1) report.note(`After a run: ${inWords(await workerMemory(driver, client))}.`);
      if (rounds.includes(count)) samples.push(await take(driver, client));
    }
    tell(report, samples, rounds);
  } finally {
    await driver?.close();
    workspace.remove();
  }
}
