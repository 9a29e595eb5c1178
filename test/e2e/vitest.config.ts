import path from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    name: "e2e",
    include: ["test/e2e/**/*.test.ts"],
    exclude: ["**/node_modules/**"],
    environment: "node",
    // What is found out about engines is not to be remembered for the user of this machine.
    env: { XDG_CACHE_HOME: path.resolve("node_modules", ".cache", "e2e") },
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // Every file has a workbench of its own, which takes about one core.
    maxWorkers: 2,
    pool: "forks",
    // A workbench on a machine that computes at the same time takes its time.
    expect: { poll: { timeout: 60_000 } },
  },
});
