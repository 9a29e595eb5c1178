/// <reference types="@vitest/browser/providers/playwright" />
import { existsSync } from "node:fs";
import { defineConfig } from "vitest/config";

const chromium =
  process.env.CHROMIUM_PATH ??
  ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));

export default defineConfig({
  // Lit's decorators need the older semantics of class fields.
  esbuild: { tsconfigRaw: { compilerOptions: { experimentalDecorators: true, useDefineForClassFields: false } } },
  // Known in advance, so that the first test is not torn down by a discovery in the middle of it.
  optimizeDeps: {
    include: [
      ...["button", "checkbox", "icon", "progress-bar", "single-select", "textfield", "toolbar-button"].map(
        (name) => `@vscode-elements/elements/dist/vscode-${name}/index.js`,
      ),
      "@vscode/l10n",
      "axe-core",
      "d3-contour",
      "d3-scale-chromatic",
      "echarts/charts",
      "echarts/components",
      "echarts/core",
      "echarts/renderers",
      "lit",
      "lit/decorators.js",
      "pixelmatch",
      "three",
    ],
  },
  test: {
    name: "webview",
    include: ["test/webview/**/*.test.ts"],
    // Vitest leaves one core idle by itself, which of two is half the machine.
    maxWorkers: "100%",
    browser: {
      enabled: true,
      headless: true,
      provider: "playwright",
      screenshotFailures: false,
      instances: [
        {
          browser: "chromium",
          launch: {
            executablePath: chromium,
            args: [
              "--no-sandbox",
              "--disable-gpu",
              "--disable-quic",
              "--no-first-run",
              "--disable-background-networking",
              "--disable-component-update",
              "--disable-sync",
            ],
          },
        },
      ],
    },
  },
});
