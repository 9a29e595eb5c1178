/** Who may import whom: the arrows of ARCHITECTURE.md as rules. */

const server = (folder) => `^server/${folder}/`;

/** A folder of the server may import itself, the protocol and what is listed; nothing else of ours. */
const mayImport = (folder, allowed) => ({
  name: `server-${folder}`,
  comment: `server/${folder} may import ${["itself", "server/protocol", ...allowed.map((name) => `server/${name}`)].join(", ")}.`,
  severity: "error",
  from: { path: server(folder) },
  to: {
    path: "^(server|extension|webview|test)/",
    pathNot: [server(folder), server("protocol"), ...allowed.map(server)],
  },
});

const pure = (folder) => ({
  name: `server-${folder}-is-pure`,
  comment: `server/${folder} touches no file, process or engine.`,
  severity: "error",
  from: { path: server(folder) },
  to: { dependencyTypes: ["core", "npm", "npm-optional", "npm-dev"] },
});

const only = (folder, packages) => ({
  name: `only-${folder.replaceAll("/", "-")}`,
  comment: `Only ${folder} imports ${packages}.`,
  severity: "error",
  from: { pathNot: `^${folder}/` },
  to: { path: `node_modules/(${packages})` },
});

module.exports = {
  forbidden: [
    {
      name: "no-circular",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "no-unresolved",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: ["^vscode$"] },
    },
    {
      name: "protocol-is-a-leaf",
      comment: "server/protocol imports nothing but the types of the language server protocol.",
      severity: "error",
      from: { path: "^server/protocol/" },
      to: { pathNot: ["^server/protocol/", "node_modules/vscode-(languageserver|jsonrpc)"] },
    },
    pure("graph"),
    pure("landscape"),
    mayImport("graph", []),
    mayImport("drawing", []),
    mayImport("landscape", ["graph"]),
    mayImport("files", ["graph"]),
    mayImport("formats", ["files", "graph"]),
    mayImport("data", ["files", "graph"]),
    mayImport("engines", ["files", "graph"]),
    mayImport("study", []),
    mayImport("language", ["study"]),
    mayImport("evaluator", ["engines", "landscape", "formats", "data", "graph"]),
    mayImport("queue", ["evaluator", "landscape"]),
    mayImport("runs", ["queue", "evaluator", "landscape", "study", "formats", "files", "graph", "drawing"]),
    {
      name: "server-stands-alone",
      comment: "The server knows neither VS Code nor the panel.",
      severity: "error",
      from: { path: "^server/" },
      to: { path: ["^(extension|webview)/", "^vscode$", "node_modules/vscode-languageclient/"] },
    },
    {
      name: "extension-is-thin",
      comment: "The extension host imports the two protocols and the language client, nothing that computes.",
      severity: "error",
      from: { path: "^extension/" },
      to: { path: "^(server|webview)/", pathNot: "^(server|webview)/protocol/" },
    },
    {
      name: "nothing-imports-the-extension",
      severity: "error",
      from: { pathNot: "^(extension|test)/" },
      to: { path: "^extension/" },
    },
    {
      name: "webview-protocol-is-a-leaf",
      severity: "error",
      from: { path: "^webview/protocol/" },
      to: { pathNot: ["^webview/protocol/", "^server/protocol/"] },
    },
    {
      name: "webview-imports",
      comment:
        "The panel imports the two protocols (of the server's, types only), the drawing that it shares with exports, Lit, ECharts, three, D3 and the localiser.",
      severity: "error",
      from: { path: "^webview/" },
      to: {
        pathNot: [
          "^webview/",
          "^server/(protocol|drawing)/",
          "node_modules/(lit|@lit|lit-html|echarts|zrender|three|@types/three|d3-|@types/d3-|@vscode-elements|@vscode/codicons|@vscode/l10n)",
        ],
      },
    },
    {
      name: "webview-takes-types-only",
      severity: "error",
      from: { path: "^webview/" },
      to: { path: "^server/", pathNot: "^server/drawing/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "charts-post-nothing",
      comment: "charts/ turn data into options; components/ emit events; only host/ speaks with the host.",
      severity: "error",
      from: { path: "^webview/(charts|components|state)/" },
      to: { path: "^webview/(host|app)/" },
    },
    only("server/engines/onnxruntime", "onnxruntime-"),
    only("server/engines/tensorflow", "@tensorflow/"),
    only("server/queue", "(bullmq|ioredis)/"),
    only("extension", "vscode-languageclient"),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
      extensions: [".ts", ".js", ".mjs", ".d.ts"],
    },
  },
};
