import { describe, expect, test } from "vitest";
import { Rate } from "../../../server/runs/rate";

describe("the time left", () => {
  test("is unknown for the first three seconds", () => {
    const rate = new Rate();
    rate.start(100);
    rate.add(10, 102.9);
    expect(rate.secondsLeft(100)).toBeUndefined();
    rate.add(1, 103.1);
    expect(rate.secondsLeft(100)).toBeGreaterThan(0);
  });

  test("is exact at a steady rate", () => {
    const rate = new Rate();
    rate.start(0);
    for (let i = 1; i <= 100; i++) rate.add(2, i * 0.5);
    expect(rate.secondsLeft(200)).toBeCloseTo(50, 9);
  });

  test("follows a rate that has changed", () => {
    const rate = new Rate();
    rate.start(0);
    for (let i = 1; i <= 20; i++) rate.add(10, i);
    for (let i = 1; i <= 120; i++) rate.add(1, 20 + i);
    expect(rate.secondsLeft(100)! / 100).toBeCloseTo(1, 1);
  });

  test("does not count a pause", () => {
    const rate = new Rate();
    rate.start(0);
    for (let i = 1; i <= 10; i++) rate.add(1, i);
    rate.stop();
    rate.add(1, 50);
    rate.start(1000);
    rate.add(1, 1001);
    expect(rate.secondsLeft(60)).toBeCloseTo(60, 9);
  });
});
