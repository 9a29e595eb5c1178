import { expect, test } from "vitest";
import { RestartPolicy } from "../../../extension/client/restartPolicy";

test("four crashes in three minutes are put up with, the fifth is not", () => {
  let now = 0;
  const policy = new RestartPolicy(4, 180_000, () => now);
  for (const second of [0, 10, 20, 30]) {
    now = second * 1000;
    expect(policy.crashed()).toBe(true);
  }
  now = 179_000;
  expect(policy.crashed()).toBe(false);
});

test("crashes that are long ago do not count", () => {
  let now = 0;
  const policy = new RestartPolicy(4, 180_000, () => now);
  for (let crash = 0; crash < 50; crash++) {
    now += 46_000;
    expect(policy.crashed()).toBe(true);
  }
});

test("a restart by hand starts the count anew", () => {
  const policy = new RestartPolicy(1, 1000, () => 0);
  expect(policy.crashed()).toBe(true);
  expect(policy.crashed()).toBe(false);
  policy.reset();
  expect(policy.crashed()).toBe(true);
});
