import { expect, test } from "vitest";
import {
  accuracyError,
  baseName,
  formatAccuracy,
  formatCoordinate,
  formatCount,
  formatDuration,
  formatLoss,
  formatTick,
} from "../../../webview/charts/format";

test.each([
  [0.436, "0.436"],
  [0.40569305, "0.406"],
  [0.0436, "0.0436"],
  [0.5, "0.500"],
  [1.14, "1.14"],
  [9.996, "10.0"],
  [18.24, "18.2"],
  [99.96, "100"],
  [153.4, "153"],
  [1234, "1,230"],
  [-0.5, "−0.500"],
  [2.5e7, "2.50 × 10⁷"],
  [4.36e-4, "4.36 × 10⁻⁴"],
  [9.9999e-4, "1.00 × 10⁻³"],
  [-9999999, "−1.00 × 10⁷"],
  [NaN, "NaN"],
  [Infinity, "∞"],
])("loss %d is written %s", (value, text) => expect(formatLoss(value)).toBe(text));

test("accuracy has one decimal and a space before the sign", () => {
  expect(formatAccuracy(83.94)).toBe("83.9\u00a0%");
});

test("standard error of accuracy is half the width of Wilson's interval of one standard error", () => {
  // sqrt(p(1 − p) / n + 1 / 4n²) / (1 + 1 / n), by hand.
  expect(accuracyError(84.4, 500)).toBeCloseTo(1.62257, 5);
  expect(accuracyError(100, 500)).toBeCloseTo(100 / 1002, 9);
});

test("coordinates have a real minus sign, no negative zero and as many decimals as the grid needs", () => {
  expect(formatCoordinate(-0.34, 0.04)).toBe("−0.34");
  expect(formatCoordinate(-0.0001, 0.04)).toBe("0.00");
  expect(formatCoordinate(0.002, 0.002)).toBe("0.002");
});

test("ticks have no trailing zeros", () => {
  expect([0.5, -1, 20, 1500, 1e6, 2e-5].map(formatTick)).toEqual(["0.5", "−1", "20", "1,500", "10⁶", "2 × 10⁻⁵"]);
});

test("counts and durations", () => {
  expect(formatCount(2601)).toBe("2,601");
  expect([38, 61.4, 3725].map(formatDuration)).toEqual(["0:38", "1:01", "1:02:05"]);
});

test("base names of paths of both kinds and of URIs", () => {
  expect(["/a/b/model.onnx", "C:\\a\\model.onnx", "file:///a/my%20model.onnx", "100%.npz"].map(baseName)).toEqual([
    "model.onnx",
    "model.onnx",
    "my model.onnx",
    "100%.npz",
  ]);
});
