/**
 * An evaluator whose loss is a formula and that dies, waits or disagrees where LOSS_LANDSCAPE_SCRIPT tells it to, for
 * what real engines cannot be made to do at will. Points are named by their α. `folder` is where it keeps count.
 */
const fs = require("node:fs");
const path = require("node:path");

const script = JSON.parse(process.env.LOSS_LANDSCAPE_SCRIPT);

/** How often this was called with `name`, over all evaluators. */
function count(name) {
  for (let n = 1; ; n++) {
    try {
      fs.closeSync(fs.openSync(path.join(script.folder, `${name}-${n}`), "wx"));
      return n;
    } catch {
      // Taken: try the next number.
    }
  }
}

function die(name) {
  if (script.lastWords) fs.writeSync(2, script.lastWords);
  if (count(`died-${name}`) > 0) process.kill(process.pid, "SIGKILL");
}

function sumsAt(alpha, beta) {
  const loss = Math.exp(0.1 + 0.7 * alpha - 0.4 * beta);
  return { lossSum: 100 * loss, lossSquareSum: 101 * loss * loss, correct: 60, count: 100 };
}

function prepared(study, leads) {
  if (count("prepared") <= (script.dieInPrepare ?? 0) || (script.dieUnlessFirst && !leads)) die("prepare");
  const asked = study.compute.engine;
  const name = asked === "auto" ? (script.engines?.[leads ? 0 : 1] ?? "onnxruntime") : asked;
  return {
    model: { name: "scripted", path: study.model.path, format: "ONNX", parameters: 1, tensors: 1 },
    data: { path: study.data.path, split: "test", samples: 100, available: 100, classes: 10, preprocessing: "" },
    engine: { name, label: name, version: "1", device: "CPU", why: "scripted" },
    fingerprints: fingerprints(study),
    splits: [],
    first: sumsAt(0, 0),
    seconds: 0,
  };
}

/** How an evaluator measures whose threads are found out. */
const execution = (threads) => ({ provider: "cpu", way: "baked", batchSize: 100, threads });

/** What all evaluators are to try: in each division as many as it has, at the same time. */
function undivided() {
  return {
    key: "scripted",
    divisions: script.divisions.map(({ evaluators, threads }) => ({ evaluators, threads })),
    size: 20,
  };
}

async function tried({ execution: { threads, batchSize }, milliseconds }) {
  const { evaluators, perPoint, dies, never } = script.divisions.find((each) => each.threads === threads);
  if (batchSize !== 20) throw new Error(`asked for batches of ${batchSize}`);
  if (milliseconds > 0) {
    if (dies && count("died-trying") === 1) process.kill(process.pid, "SIGKILL");
    // None answers before the others of its turn are at work.
    const mine = count(`trying-${threads}`);
    if (never) await new Promise(() => {});
    const last = Math.ceil(mine / evaluators) * evaluators;
    while (!fs.existsSync(path.join(script.folder, `trying-${threads}-${last}`)))
      await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return { perPoint: perPoint * evaluators, loss: 1 };
}

function planned(study) {
  const facts = { kind: "random", label: "scripted", axes: ["α", "β"], seed: 0, cosine: 0, expectedCosine: 0.1 };
  return { directions: facts, grid: study.grid, checks: [] };
}

function fingerprints(study) {
  return { [study.model.path]: "aa", [study.data.path]: "bb" };
}

/** Whether this process has been asked for a point. */
let isAtWork = false;

/** Resolves when as many evaluators are at work as the script wants there to be. */
async function together() {
  if (isAtWork) return;
  isAtWork = true;
  count("at-work");
  while (!fs.existsSync(path.join(script.folder, `at-work-${script.together ?? 1}`)))
    await new Promise((resolve) => setTimeout(resolve, 5));
}

async function evaluate(alpha, beta) {
  await together();
  if (script.dieAlways?.includes(alpha)) die(`at-${alpha}`);
  if (script.dieOnce?.includes(alpha) && count(`once-${alpha}`) === 1) die(`at-${alpha}`);
  if (script.slow?.includes(alpha)) await new Promise((resolve) => setTimeout(resolve, 60_000));
  return sumsAt(alpha, beta);
}

function performed({ kind }) {
  const sums = [sumsAt(0, 0)];
  return kind === "centre" ? { kind, centre: { sums, checks: [], seconds: 0 } } : { kind: "own", sums };
}

process.on("disconnect", () => process.exit(0));
process.on("message", async (request) => {
  const { id, kind } = request;
  if (kind === "fingerprint")
    process.send({ id, kind: "fingerprinted", fingerprints: fingerprints(request.study), parameters: 7 });
  if (kind === "plan") process.send({ id, kind: "planned", planned: planned(request.study) });
  if (kind === "task") process.send({ id, kind: "performed", answer: performed(request.task) });
  if (request.leads && script.leaderNever) return void count("leading");
  if (kind === "begin" && script.divisions) {
    process.send({ id, kind: "undivided", execution: execution(1), undivided: undivided() });
  } else if (kind === "prepare" || kind === "begin") {
    const { division } = request.workplace ?? {};
    const { engine, ...others } = prepared(request.study, request.leads);
    const shared = division && { evaluators: division.evaluators };
    const chosen = division && { execution: execution(division.threads) };
    if (!request.leads) count("following");
    process.send({ id, kind: "prepared", prepared: { ...others, ...shared, engine: { ...engine, ...chosen } } });
  }
  if (kind === "try") process.send({ id, kind: "tried", trial: await tried(request) });
  if (kind === "evaluate") {
    process.send({ id, kind: "evaluated", sums: await evaluate(request.alpha, request.beta) });
  }
});
