import { rm } from "node:fs/promises";
import path from "node:path";
import { Editor } from "../integration/language/editor";
import { folderWith, ServerClient } from "../integration/server/client";

const pings = 1000;
const pause = 10;

/**
 * How soon the server answers while a surface is computed: a request that needs no work is sent over and over, idle and
 * with every core at work, and hover and completion in a study that is being typed; round trips are sorted. Prints all
 * beside the limit of 50 ms.
 */
export async function main(): Promise<void> {
  const folder = await folderWith("model.onnx", "test.npz");
  const client = await ServerClient.start();
  try {
    const study = await client.studyOf(path.join(folder, "model.onnx"));
    report("idle", await roundTrips(() => client.ping()));
    const run = client.run(study);
    await run.until((event) => event.kind === "points");
    report("while computing", await roundTrips(() => client.ping()));
    const editor = new Editor(client, path.join(folder, "study.landscape.json"));
    let samples = 0;
    const edited = (): Promise<void> =>
      editor.write(`{ "model": "model.onnx", "data": { "path": "test.npz", "samples": ${(samples += 1)} } }`);
    const hover = async (): Promise<void> => void (await editor.hover(editor.at('"model.onnx"')));
    const completion = async (): Promise<void> => void (await editor.complete(editor.at('"test.npz"')));
    report("hover", await roundTrips(hover, edited));
    report("completion", await roundTrips(completion, edited));
    const { progress } = (run.events.at(-1)?.event ?? {}) as { progress?: { measured: number; total: number } };
    console.log(`the run had measured ${progress?.measured ?? 0} of ${progress?.total ?? 0} points by then`);
    run.cancel();
    await run.outcome;
  } finally {
    await client.kill();
    await rm(folder, { recursive: true });
  }
}

/** Milliseconds of each round trip, in ascending order. */
async function roundTrips(
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

function report(when: string, trips: readonly number[]): void {
  const at = (share: number): string => (trips[Math.ceil(share * trips.length) - 1] ?? NaN).toFixed(2).padStart(8);
  const verdict = (trips.at(-1) ?? Infinity) < 50 ? "under 50 ms" : "NOT under 50 ms";
  console.log(
    `${when.padEnd(16)} median ${at(0.5)} ms   99 % ${at(0.99)} ms   largest ${at(1)} ms   ${trips.length} requests, ${verdict}`,
  );
}
