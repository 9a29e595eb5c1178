import path from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    name: "integration",
    include: ["test/integration/**/*.test.ts"],
    exclude: ["**/node_modules/**"],
    environment: "node",
    // What is found out about engines is not to be remembered for the user of this machine.
    env: { XDG_CACHE_HOME: path.resolve("node_modules", ".cache", "integration") },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Every file has folders and processes of its own, and waits for them most of the time. Not more than two, because
    // each run starts an evaluator for every core.
    maxWorkers: 2,
    pool: "forks",
  },
});
