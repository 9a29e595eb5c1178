import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import type { Parameter } from "../../../server/graph/graph";
import { readArrays } from "../../../server/data/npz";
import { normRatioCheck } from "../../../server/landscape/checks";
import { cosineBetween, expectedCosine, randomDirections } from "../../../server/landscape/directions";
import type { Direction } from "../../../server/landscape/directions";
import { Plane } from "../../../server/landscape/plane";
import type { RandomDirections } from "../../../server/protocol/study";

const root = join(__dirname, "../../..");
const fixture = join(root, "test/fixtures/pytorch-resnet8");
const spec: RandomDirections = { kind: "random", seed: 1, normalise: "filter", ignore: "bias,norm" };

/** The oracle's first direction as if it were a network: its names and shapes, and values that are not round. */
async function oracleParameters(): Promise<readonly Parameter[]> {
  const arrays = await readArrays(join(fixture, "directions.npz"));
  return [...arrays]
    .filter(([name]) => name.startsWith("x/"))
    .map(([name, tensor]) => ({
      name: name.slice(2),
      value: name,
      role: tensor.shape.length > 1 ? ("kernel" as const) : ("bias" as const),
      filterAxes: [0],
      tensor,
    }));
}

function digest(directions: readonly Direction[]): string {
  const hash = createHash("sha256");
  for (const direction of directions) {
    for (const [name, values] of direction) {
      hash.update(name).update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
  }
  return hash.digest("hex");
}

describe("random directions on the shapes of the ResNet-8", () => {
  test("have the bytes that they have always had", async () => {
    const directions = randomDirections(await oracleParameters(), spec);
    // Also found by a program of its own in Python, written from the docstrings.
    expect(digest(directions)).toBe("b6136843d687cea8bcdbb016c19b31d0f05f4bacd3fb5faee413221d2a0c175e");
  });

  test("are the same bytes in another process", async () => {
    const folder = mkdtempSync(join(tmpdir(), "directions-"));
    try {
      // The modules are translated one by one, without a bundler, and run by a plain Node.
      for (const module of [
        "landscape/directions",
        "landscape/filters",
        "landscape/normalise",
        "landscape/random",
        "landscape/values",
        "graph/elements",
        "graph/half",
        "graph/tensor",
      ]) {
        const source = readFileSync(join(root, "server", `${module}.ts`), "utf8");
        const options = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
        mkdirSync(dirname(join(folder, module)), { recursive: true });
        writeFileSync(
          join(folder, `${module}.js`),
          ts.transpileModule(source, { compilerOptions: options }).outputText,
        );
      }
      const parameters = (await oracleParameters()).map(({ tensor, ...rest }) => ({
        ...rest,
        tensor: { ...tensor, data: [...(tensor.data as Float32Array)] },
      }));
      const program = `
        const { randomDirections } = require("./landscape/directions.js");
        const { parameters, spec } = JSON.parse(require("fs").readFileSync(0, "utf8"));
        for (const { tensor } of parameters) tensor.data = Float32Array.from(tensor.data);
        const hash = require("crypto").createHash("sha256");
        for (const direction of randomDirections(parameters, spec))
          for (const [name, values] of direction)
            hash.update(name).update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
        process.stdout.write(hash.digest("hex"));`;
      const input = JSON.stringify({ parameters, spec });
      const found = execFileSync(process.execPath, ["-e", program], { cwd: folder, input, encoding: "utf8" });
      expect(found).toBe(digest(randomDirections(await oracleParameters(), spec)));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("have the norms of the filters and an ordinary cosine", async () => {
    const parameters = await oracleParameters();
    const directions = randomDirections(parameters, spec);
    expect(normRatioCheck(parameters, directions, spec)).toMatchObject({ level: "ok" });
    expect(Math.abs(cosineBetween(...directions))).toBeLessThan(5 * expectedCosine(parameters, spec));
  });
});

describe("the oracle's directions", () => {
  test("make a plane whose points are NumPy's float32 of the float64 sum", async () => {
    const arrays = await readArrays(join(fixture, "directions.npz"));
    const pick = (prefix: string): Map<string, Float32Array> =>
      new Map(
        [...arrays]
          .filter(([name]) => name.startsWith(prefix))
          .map(([name, tensor]) => [name.slice(2), tensor.data as Float32Array]),
      );
    const [x, y] = [pick("x/"), pick("y/")];
    const origin = new Map([...x].map(([name, values]) => [name, values.map((_, i) => Math.fround(Math.sqrt(i) - 3))]));
    const values = new Plane(origin, [x, y]).at(-2 / 3, 1 / 3);
    // Biases and normalisation are zero in both directions, so they are not moved.
    expect([...values.keys()]).toEqual([...x.keys()].filter((name) => /conv|fc\.weight|short\.0/.test(name)));
    for (const [name, found] of values) {
      found.forEach((value, i) => {
        const exact = origin.get(name)![i]! - (2 / 3) * x.get(name)![i]! + (1 / 3) * y.get(name)![i]!;
        expect(Object.is(value, Math.fround(exact))).toBe(true);
      });
    }
  });
});
