import { beforeEach, expect, test } from "vitest";
import { HealthReporter } from "../../../server/connection/health";
import type { ProblemReason } from "../../../server/protocol/problem";
import type { Health } from "../../../server/protocol/requests";

let told: Health[];
let health: HealthReporter;

beforeEach(() => {
  told = [];
  health = new HealthReporter((state) => void told.push(state));
});

const problem = (reason: ProblemReason): Parameters<HealthReporter["afflicted"]>[0] => ({
  reason,
  title: "No engine works",
  message: "M.",
  advice: "A.",
});

test("tells every change, and nothing twice", () => {
  health.report();
  health.report();
  const first = health.busy("Computing a.onnx");
  const second = health.busy("Reading b.onnx");
  first();
  first();
  second();
  expect(told.map(({ quiescent, message }) => [quiescent, message])).toEqual([
    [true, "Ready"],
    [false, "Computing a.onnx"],
    [false, "Computing a.onnx and 1 more"],
    [false, "Reading b.onnx"],
    [true, "Ready"],
  ]);
});

test("two of the same work end one at a time", () => {
  const first = health.busy("Reading a.onnx");
  const second = health.busy("Reading a.onnx");
  first();
  first();
  expect(told.at(-1)?.quiescent).toBe(false);
  second();
  expect(told.at(-1)?.quiescent).toBe(true);
});

test("is ill when the machine is at fault, not when a model is, and well again once an engine computes", () => {
  health.afflicted(problem("file-corrupt"));
  expect(told).toEqual([]);
  health.afflicted(problem("engine-unavailable"));
  expect(told.at(-1)).toMatchObject({ health: "error", message: "No engine works" });
  health.afflicted(problem("evaluator-lost"));
  expect(told.at(-1)?.health).toBe("warning");
  health.computing("ONNX Runtime");
  expect(told.at(-1)).toEqual({ health: "ok", quiescent: true, message: "Ready", engine: "ONNX Runtime" });
});
