import { describe, expect, test } from "vitest";
import { gramMatrix } from "../../../../server/landscape/trajectory/gram";
import { dot, moved, origin, parameters, rowOf, source } from "./support";

const checkpoints = [1, 2, 3, 4, 5].map((seed) => moved(seed, 0.05 * seed));
const kernels = parameters.slice(0, 2);

describe("gramMatrix", () => {
  test("is that of the rows θᵢ − θ_N, computed directly", async () => {
    const sources = checkpoints.map((values) => source(values));
    const gram = await gramMatrix(sources, origin, kernels);
    const rows = checkpoints.map((values) => rowOf(values, kernels));
    rows.forEach((a, i) => {
      rows.forEach((b, j) => {
        const scale = Math.sqrt(dot(a, a) * dot(b, b));
        expect(Math.abs(gram[i]![j]! - dot(a, b))).toBeLessThan(1e-13 * scale);
        expect(gram[i]![j]).toBe(gram[j]![i]);
      });
    });
  });

  test("counts only the parameters that it is told", async () => {
    const reads: string[] = [];
    await gramMatrix([source(checkpoints[0]!, reads), source(checkpoints[1]!, reads)], origin, kernels);
    expect(reads).toEqual(["first", "first", "second", "second"]);
  });

  test.each([
    [4 * 5100 * 4, "two groups, 2, 2 and 1 checkpoints at a time", 5 + 2 * 3 - 2],
    [1, "two checkpoints at a time", 5 + 10],
  ])("is the same to the last bit with %i bytes: %s", async (memory, _, readsOfFirst) => {
    const reads: string[] = [];
    const sources = checkpoints.map((values) => source(values, reads));
    const whole = await gramMatrix(sources, origin, parameters);
    reads.length = 0;
    expect(await gramMatrix(sources, origin, parameters, memory)).toEqual(whole);
    expect(reads.filter((name) => name === "first")).toHaveLength(readsOfFirst);
  });

  test("has a zero row for the model itself, and no rows without checkpoints", async () => {
    const gram = await gramMatrix([source(checkpoints[0]!), source(origin)], origin, kernels);
    expect(gram[0]![0]).toBeGreaterThan(0);
    expect([gram[0]![1], ...gram[1]!]).toEqual([0, 0, 0]);
    expect(await gramMatrix([], origin, kernels)).toEqual([]);
  });

  test("names the checkpoint that has a value that is not finite, and refuses other lengths", async () => {
    const broken = new Map([...checkpoints[0]!, ["second", new Float32Array(20).fill(NaN, 3, 4)]]);
    await expect(gramMatrix([source(broken, [], "/runs/epoch_3.pt")], origin, kernels)).rejects.toMatchObject({
      problem: {
        reason: "file-unsupported",
        file: "/runs/epoch_3.pt",
        message: expect.stringMatching(/^epoch_3\.pt has the value NaN in second/) as string,
      },
    });
    const short = new Map([...checkpoints[0]!, ["second", new Float32Array(19)]]);
    await expect(gramMatrix([source(short)], origin, kernels)).rejects.toThrow(/19 values for second, the model 20/);
    await expect(gramMatrix([], new Map(), kernels)).rejects.toThrow(/lacks first/);
  });
});
