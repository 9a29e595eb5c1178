import path from "node:path";
import { expect, test } from "vitest";
import { readDescribeInput, readRunInput } from "../../../extension/tools/input";

const folder = path.resolve("/home/anna/project");
const model = path.join(folder, "net.onnx");

test("a path is taken as it is, or from the first folder of the workspace", () => {
  expect(readDescribeInput({ path: model }, [])).toEqual({ path: model });
  expect(readDescribeInput({ path: "net.onnx" }, [folder, "/other"])).toEqual({ path: model });
  expect(readDescribeInput({ path: "net.onnx" }, [])).toBeUndefined();
  for (const input of [undefined, null, 3, {}, { path: 3 }, { path: " " }])
    expect(readDescribeInput(input, [folder])).toBeUndefined();
});

test("a run has only the changes that are asked for", () => {
  expect(readRunInput({ model: "net.onnx" }, [folder])).toEqual({ model, change: {} });
  expect(readRunInput({ model, points: 7, range: 0.5, seed: 3, samples: 200, data: "test.npz" }, [folder])).toEqual({
    model,
    data: path.join(folder, "test.npz"),
    change: { grid: { points: [7, 7], x: [-0.5, 0.5], y: [-0.5, 0.5] }, seed: 3, samples: 200 },
  });
});

test("what is no number is refused rather than left out", () => {
  for (const wrong of [{ points: "7" }, { range: NaN }, { seed: null }, { samples: [] }, { data: 3 }])
    expect(readRunInput({ model, ...wrong }, [folder]), JSON.stringify(wrong)).toBeUndefined();
});
