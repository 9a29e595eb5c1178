import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    name: "pictures",
    include: ["test/pictures/*.pictures.ts"],
    environment: "node",
    testTimeout: 900_000,
    hookTimeout: 900_000,
    fileParallelism: false,
    pool: "forks",
    expect: { poll: { timeout: 60_000 } },
  },
});
