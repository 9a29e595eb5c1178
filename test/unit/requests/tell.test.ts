import { writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { wordsOf, tellRun } from "../../../server/requests/tell";
import { endLine, headerLine, pointLine } from "../../../server/runs/record";
import { openRun } from "../../../server/runs/open";
import { temporaryFolder, writeJournal } from "../runs/folder";
import { headerFor } from "../runs/header";

const header = headerFor([3, 3]);

describe("what is told of a run", () => {
  test("has loss, range, extremes and checks, as they were measured", async () => {
    const file = path.join(temporaryFolder(), "net-aaaaaaaa.landscape-run.jsonl");
    const losses = [9, 8, 7, 6, 0.4, 5, 0.3, 3, 120];
    const points = losses.map((loss, index) => pointLine({ index, loss, accuracy: 50, lossError: 0.1 }));
    const checks = [{ name: "finite", level: "warning", value: 1, expected: 0, message: "Look here." }] as const;
    writeFileSync(file, headerLine(header) + points.join("") + endLine({ end: "done", checks, seconds: 1 }));
    const text = await tellRun(file);
    expect(text).toContain("complete: 9 of 9 measured on ONNX Runtime 1.30.0, CPU");
    expect(text).toContain("At the trained weights: loss 0.400 ± 0.010, accuracy 85.0 %, on 100 samples of test.");
    expect(text).toContain("3 × 3 points, α −1 to 1, β −1 to 1");
    expect(text).toContain("lowest 0.300 at α −1, β 1, highest 120 at α 1, β 1.");
    expect(text).toContain("A measured point lies below the trained weights (0.400).");
    expect(text).toContain("- passed: centre. Fine.");
    expect(text).toContain("- warning: finite. Look here.");
  });

  test("leaves out what is interpolated", async () => {
    const file = writeJournal(temporaryFolder(), "aaaaaaaa", { header, points: 4 });
    const text = await tellRun(file);
    expect(text).toContain("not complete: 4 of 9 measured");
    expect(text).toContain("3 × 3 points, α −1 to 1, β −1 to 1, in units of the directions; 4 measured.");
    expect(text).toContain("highest 0.375 at α −1, β 0.");
  });

  test("says what is not finite", async () => {
    const file = path.join(temporaryFolder(), "net-aaaaaaaa.landscape-run.jsonl");
    const lines = [NaN, Infinity, 2].map((_, index) =>
      pointLine({ index, loss: (["NaN", "Infinity", 2] as const)[index]!, accuracy: 1, lossError: 0 }),
    );
    writeFileSync(file, headerLine(header) + lines.join(""));
    const text = await tellRun(file);
    expect(text).toContain("3 measured, 2 of them not finite.");
    expect(text).toContain("lowest 2.00 at α 1, β −1, highest 2.00");
  });

  test("has the trajectory with what its plane explains", async () => {
    const checkpoints = [0, 1].map((k) => ({ name: `${k}`, path: `/${k}`, x: k, y: 0, distance: k, offPlane: 0 }));
    const withPath = {
      ...header,
      trajectory: { drops: [], checkpoints, explainedVariance: [0.837, 0.138], randomWalk: [0.6, 0.2] },
    } as const;
    const file = writeJournal(temporaryFolder(), "aaaaaaaa", { header: withPath, points: 9 });
    expect(wordsOf(await openRun(file))).toContain(
      "Trajectory: 2 checkpoints; the plane explains 83.7 % and 13.8 % of the variance of the path " +
        "(a random walk of as many steps gives 60.0 % and 20.0 %).",
    );
  });
});
