import { rm } from "node:fs/promises";
import path from "node:path";
import { Editor } from "../integration/language/editor";
import { folderWith, ServerClient } from "../integration/server/client";
import type { Report } from "./support/report";

const pause = 10;
/** Milliseconds after which an answer is felt to be late. */
const late = 50;

/**
 * How soon the server answers while a surface is computed: a request that needs no work is sent over and over, idle and
 * with every core at work, and hover and completion in a study that is being typed, whose files are looked into anew; the longest of all round trips
 * is held against 50 ms. And how soon a run has ended that is cancelled.
 */
export async function main(report: Report): Promise<void> {
  const pings = report.quick ? 200 : 1000;
  const checkpoints = Array.from({ length: 11 }, (_, epoch) => `model_${epoch}.pt`);
  const folder = await folderWith("model.onnx", "test.npz", ...checkpoints);
  const client = await ServerClient.start();
  const tell = (when: string, trips: readonly number[]): void => {
    const at = (share: number): string => (trips[Math.ceil(share * trips.length) - 1] ?? NaN).toFixed(2);
    report.line({
      what: when,
      value: trips.at(-1) ?? NaN,
      unit: "ms",
      goal: { atMost: late },
      remark: `largest of ${trips.length}; median ${at(0.5)} ms, 99 % below ${at(0.99)} ms`,
    });
  };
  try {
    const study = await client.studyOf(path.join(folder, "model.onnx"));
    tell("idle", await roundTrips(pings, () => client.ping()));
    const run = client.run(study);
    await run.until((event) => event.kind === "points");
    tell("while computing", await roundTrips(pings, () => client.ping()));
    const editor = new Editor(client, path.join(folder, "study.landscape.json"));
    let samples = 0;
    const edited = (): Promise<void> =>
      editor.write(
        `{ "model": "model.onnx", "data": { "path": "test.npz", "samples": ${(samples += 1)} }, "checkpoints": "*.pt" }`,
      );
    const hover = async (): Promise<void> => void (await editor.hover(editor.at('"model.onnx"')));
    const completion = async (): Promise<void> => void (await editor.complete(editor.at('"test.npz"')));
    tell("hover while computing", await roundTrips(pings, hover, edited));
    tell("completion while computing", await roundTrips(pings, completion, edited));
    const { progress } = (run.events.at(-1)?.event ?? {}) as { progress?: { measured: number; total: number } };
    report.note(`The run had measured ${progress?.measured ?? 0} of ${progress?.total ?? 0} points by then.`);
    const cancelled = performance.now();
    run.cancel();
    const { status } = await run.outcome;
    const seconds = (performance.now() - cancelled) / 1000;
    report.line({ what: "a cancelled run's end", value: seconds, unit: "s", goal: { atMost: 1 }, remark: status });
  } finally {
    await client.kill();
    await rm(folder, { recursive: true });
  }
}

/** Milliseconds of each round trip, in ascending order. */
async function roundTrips(
  pings: number,
  request: () => Promise<void>,
  before = (): Promise<void> => Promise.resolve(),
): Promise<readonly number[]> {
  const trips: number[] = [];
  for (let ping = 0; ping < pings; ping += 1) {
    await before();
    const sent = performance.now();
    await request();
    trips.push(performance.now() - sent);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  return trips.sort((first, second) => first - second);
}
