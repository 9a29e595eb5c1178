/**
 * Renders every state of the panel in every theme, under the content security policy of the real panel.
 *
 *   node test/webview/gallery.mjs [--out DIR] [--run FILE] [--story NAME,…] [--theme NAME,…] [--width N,…] [--font NAME]
 *   node test/webview/gallery.mjs --serve
 */
import { createReadStream, existsSync, mkdtempSync, rmSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chromium } from "playwright";
import { build } from "vite";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(here, "..", "..");
const { values } = parseArgs({
  options: {
    out: { type: "string", default: path.join(root, "test", ".artifacts", "gallery") },
    run: { type: "string" },
    story: { type: "string" },
    theme: { type: "string", default: "dark,light,hc-dark,hc-light" },
    width: { type: "string", default: "760" },
    font: { type: "string" },
    serve: { type: "boolean", default: false },
  },
});
const stories = (
  values.story ??
  "preparing,first-points,coarse,running,paused,nested,cancelled,done,table,accuracy,linear,points,not-finite," +
    "check-error,worker-lost,failed-late,problem,file-problem,offer-resume,choose-data,choose-model,choose-model-none,snippet-problem,found"
).split(",");

const bundle = mkdtempSync(path.join(tmpdir(), "gallery-"));
await build({
  root: here,
  configFile: false,
  logLevel: "warn",
  esbuild: { tsconfigRaw: { compilerOptions: { experimentalDecorators: true, useDefineForClassFields: false } } },
  build: {
    outDir: bundle,
    emptyOutDir: false,
    target: "es2022",
    minify: false,
    rollupOptions: {
      input: path.join(here, "gallery", "gallery.ts"),
      output: { entryFileNames: "gallery.js", inlineDynamicImports: true },
    },
  },
});

const codicons = path.join(root, "node_modules", "@vscode", "codicons", "dist");
const files = {
  "/": [path.join(here, "gallery", "index.html"), "text/html; charset=utf-8"],
  "/gallery.js": [path.join(bundle, "gallery.js"), "text/javascript; charset=utf-8"],
  "/codicon.css": [path.join(codicons, "codicon.css"), "text/css"],
  "/codicon.ttf": [path.join(codicons, "codicon.ttf"), "font/ttf"],
  ...(values.run ? { "/run.json": [path.resolve(values.run), "application/json"] } : {}),
};
const server = createServer((request, response) => {
  const found = files[new URL(request.url ?? "/", "http://localhost").pathname];
  if (!found || !existsSync(found[0])) return response.writeHead(404).end();
  response.writeHead(200, { "content-type": found[1] });
  createReadStream(found[0]).pipe(response);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const address = `http://127.0.0.1:${server.address().port}/`;

if (values.serve) {
  console.log(`${address}?story=done&theme=dark`);
} else {
  try {
    await photograph();
  } finally {
    server.close();
    rmSync(bundle, { recursive: true, force: true });
  }
}

async function photograph() {
  await mkdir(values.out, { recursive: true });
  const executablePath =
    process.env.CHROMIUM_PATH ??
    ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((file) => existsSync(file));
  const browser = await chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
    ].concat("--disable-component-update", "--disable-sync"),
  });
  let violations = 0;
  for (const width of values.width.split(",").map(Number)) {
    const page = await browser.newPage({ viewport: { width, height: 600 }, deviceScaleFactor: 1.5 });
    page.on("pageerror", (error) => console.error(`page: ${error.message}`));
    page.on("console", (message) => message.type() === "error" && console.error(`console: ${message.text()}`));
    for (const theme of values.theme.split(",")) {
      for (const story of stories) {
        const query = new URLSearchParams({ story, theme, ...(values.font ? { font: values.font } : {}) });
        await page.goto(`${address}?${query}`);
        await page.waitForSelector("loss-landscape-panel[state]:not([state=waiting])");
        await page.waitForTimeout(350);
        violations += await page.evaluate(() => window.violations.length);
        const name = `${story}-${theme}-${width}.png`;
        await page.screenshot({ path: path.join(values.out, name), fullPage: true });
      }
    }
    await page.close();
  }
  await browser.close();
  console.log(`Pictures in ${values.out}; ${violations} violations of the content security policy`);
  if (violations > 0) process.exitCode = 1;
}
