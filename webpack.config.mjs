import { createHash } from "node:crypto";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import CopyPlugin from "copy-webpack-plugin";
import webpack from "webpack";
import { EsbuildPlugin } from "esbuild-loader";

const root = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(root, "dist");

/** Platform whose native files are copied, as `vsce package --target` names it. */
const target = process.env.LOSS_LANDSCAPE_TARGET ?? `${process.platform}-${process.arch}`;
const [platform, arch] = target.split("-");
const runtime = path.join("node_modules", "onnxruntime-node");
const native = path.join(runtime, "bin", "napi-v6", platform, arch);

/** Native packages are copied beside the bundles, where `require` finds them; nothing bundles them. */
const external = ({ request }, done) => {
  if (/^(vscode|onnxruntime-node|@tensorflow\/tfjs-node)$/.test(request ?? ""))
    return done(null, `commonjs ${request}`);
  done();
};

const typescript = (tsconfig) => ({
  test: /\.ts$/,
  exclude: /node_modules/,
  use: { loader: "esbuild-loader", options: { target: "es2022", tsconfig: path.join(root, tsconfig) } },
});

/** Names stay, so that stack traces in the log can be read. */
const minimizer = [new EsbuildPlugin({ target: "es2022", keepNames: true, legalComments: "none" })];

/** Writes the licences of all packages whose code is in the bundles, as these licences ask for. */
class Notices {
  /** @param copied packages that lie beside the bundles as they are */
  constructor(copied) {
    this.copied = copied;
  }

  apply(compiler) {
    compiler.hooks.thisCompilation.tap("Notices", (compilation) => {
      const stage = webpack.Compilation.PROCESS_ASSETS_STAGE_REPORT;
      compilation.hooks.processAssets.tap({ name: "Notices", stage }, () => {
        const folders = new Set(this.copied.map((name) => path.join(root, "node_modules", name)));
        for (const { resource } of compilation.modules) {
          const [folder] = /^.*[\\/]node_modules[\\/](@[^\\/]+[\\/])?[^\\/]+/.exec(resource ?? "") ?? [];
          if (folder !== undefined) folders.add(folder);
        }
        const text = [...folders]
          .sort()
          .map(noticeOf)
          .join(`\n${"─".repeat(80)}\n\n`);
        compilation.emitAsset("third-party.LICENSE.txt", new webpack.sources.RawSource(text));
      });
    });
  }
}

/** Writes a digest of all that evaluators and the queue consist of, by which machines know whether they have the same build. */
class Stamp {
  apply(compiler) {
    compiler.hooks.thisCompilation.tap("Stamp", (compilation) => {
      const stage = webpack.Compilation.PROCESS_ASSETS_STAGE_REPORT;
      compilation.hooks.processAssets.tap({ name: "Stamp", stage }, () => {
        const chunks = new Set([compilation.namedChunks.get("evaluator"), compilation.namedChunks.get("queue")]);
        for (const chunk of [...chunks]) for (const other of chunk.getAllReferencedChunks()) chunks.add(other);
        const files = [...chunks].flatMap(({ files }) => [...files]).filter((file) => file.endsWith(".js"));
        const hash = createHash("sha256");
        for (const file of files.sort()) hash.update(file).update(compilation.getAsset(file).source.buffer());
        compilation.emitAsset("build.txt", new webpack.sources.RawSource(hash.digest("hex").slice(0, 16)));
      });
    });
  }
}

function noticeOf(folder) {
  const { name, version, license, repository } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  // Without a text of its own, a package is at least told where its source is.
  const source = `\nSource: ${repository?.url ?? repository ?? "not stated"}\n`;
  const text = file === undefined ? source : `\n${readFileSync(path.join(folder, file), "utf8").trim()}\n`;
  return `${name} ${version} (${license})\n${text}`;
}

export default (_env, argv) => {
  const mode = argv.mode ?? "production";
  const common = {
    mode,
    devtool: mode === "production" ? false : "source-map",
    resolve: { extensions: [".ts", ".js", ".mjs"] },
    performance: { hints: false },
    stats: "errors-warnings",
  };
  const processes = {
    ...common,
    name: "processes",
    target: "node20",
    entry: {
      extension: "./extension/extension.ts",
      server: "./server/main.ts",
      evaluator: "./server/evaluator/main.ts",
      cli: "./server/cli.ts",
    },
    output: { path: dist, filename: "[name].js", library: { type: "commonjs2" }, chunkFilename: "[name].chunk.js" },
    externals: [external],
    externalsPresets: { node: true },
    node: { __dirname: false, __filename: false },
    module: { rules: [typescript("tsconfig.json")] },
    optimization: { minimize: mode === "production", minimizer, splitChunks: false },
    plugins: [
      new Notices(["onnxruntime-node", "onnxruntime-common", "dejavu-fonts-ttf"]),
      new Stamp(),
      // A module that asks where it lies must not be told the folder of this machine.
      new webpack.DefinePlugin({ "import.meta.url": "__filename" }),
      new webpack.BannerPlugin({ banner: "#!/usr/bin/env node", raw: true, test: /^cli\.js$/ }),
      new CopyPlugin({
        patterns: [
          ...(existsSync(native)
            ? [
                { from: path.join(runtime, "package.json"), to: runtime },
                {
                  from: path.join(runtime, "dist"),
                  to: path.join(runtime, "dist"),
                  globOptions: { ignore: ["**/*.map", "**/*.d.ts"] },
                },
                { from: path.join(runtime, "LICENSE*"), to: "[path][name][ext]", noErrorOnMissing: true },
                { from: native, to: native, globOptions: { ignore: ["**/*.lib", "**/*.pdb"] } },
                {
                  from: "node_modules/onnxruntime-common",
                  to: "node_modules/onnxruntime-common",
                  globOptions: { ignore: ["**/*.map", "**/*.d.ts", "**/lib/**", "**/dist/esm/**", "**/*.md"] },
                },
              ]
            : []),
          { from: "node_modules/@tensorflow/tfjs-backend-wasm/wasm-out/*.wasm", to: "tfjs-wasm/[name][ext]" },
          // What pictures are rasterised with: the program and the font.
          { from: "node_modules/@resvg/resvg-wasm/index_bg.wasm", to: "resvg.wasm" },
          { from: "node_modules/dejavu-fonts-ttf/ttf/DejaVuSans.ttf", to: "[name][ext]" },
        ],
      }),
    ],
  };
  const webview = {
    ...common,
    name: "webview",
    target: "web",
    entry: { panel: "./webview/app/main.ts" },
    output: { path: path.join(dist, "webview"), filename: "[name].js" },
    module: { rules: [typescript("tsconfig.webview.json")] },
    optimization: { minimize: mode === "production", minimizer, splitChunks: false },
    plugins: [
      new Notices(["@vscode/codicons"]),
      new CopyPlugin({
        patterns: [{ from: "node_modules/@vscode/codicons/dist/codicon.{css,ttf}", to: "[name][ext]" }],
      }),
    ],
  };
  return [processes, webview];
};
