import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    name: "integration",
    include: ["test/integration/**/*.test.ts"],
    exclude: ["**/node_modules/**"],
    environment: "node",
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Every file has folders and processes of its own, and waits for them most of the time. Not more than two, because
    // each run starts an evaluator for every core.
    maxWorkers: 2,
    pool: "forks",
  },
});
