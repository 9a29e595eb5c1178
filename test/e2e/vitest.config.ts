import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    name: "e2e",
    include: ["test/e2e/**/*.test.ts"],
    exclude: ["**/node_modules/**"],
    environment: "node",
    testTimeout: 18_0000,
    hookTimeout: 18_0000,
    fileParallelism: false,
    pool: "forks",
  },
});
