import path from "node:path";
import { expect, test } from "vitest";
import { executionMemoryFile } from "../../../server/runs/executionMemory";

const home = path.resolve("/home/ada");
const file = (platform: NodeJS.Platform, environment: Record<string, string> = {}): string =>
  executionMemoryFile({ platform, environment, home });

test("what is found out about engines lies where the system has caches of a user", () => {
  const rest = ["loss-landscape", "engines.json"];
  expect(file("linux")).toBe(path.join(home, ".cache", ...rest));
  expect(file("darwin")).toBe(path.join(home, "Library", "Caches", ...rest));
  expect(file("win32")).toBe(path.join(home, "AppData", "Local", ...rest));
  const elsewhere = path.resolve("/caches");
  expect(file("linux", { XDG_CACHE_HOME: elsewhere })).toBe(path.join(elsewhere, ...rest));
  expect(file("win32", { LOCALAPPDATA: elsewhere })).toBe(path.join(elsewhere, ...rest));
  expect(file("linux", { XDG_CACHE_HOME: "relative" })).toBe(path.join(home, ".cache", ...rest));
});
