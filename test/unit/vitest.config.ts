import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    name: "unit",
    include: ["test/unit/**/*.test.ts"],
    exclude: ["**/node_modules/**"],
    environment: "node",
    // Vitest leaves one core idle by itself, which of two is half the machine.
    maxWorkers: "100%",
    // A guard against tests that hang, wide enough for a busy machine.
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
