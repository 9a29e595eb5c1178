import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    name: "integration",
    include: ["test/integration/**/*.test.ts"],
    exclude: ["**/node_modules/**"],
    environment: "node",
    testTimeout: 12_0000,
    hookTimeout: 12_0000,
    fileParallelism: false,
    pool: "forks",
  },
});
