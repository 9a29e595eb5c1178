import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { journalSuffix } from "../../../extension/landscapes/words";
import { literalArguments, literals, readSources } from "./sources";

interface Menu {
  readonly command: string;
  readonly when?: string;
}

interface Property {
  readonly default: unknown;
  readonly scope: string;
  readonly enum?: readonly string[];
  readonly enumItemLabels?: readonly string[];
  readonly markdownEnumDescriptions?: readonly string[];
  readonly markdownDescription: string;
}

interface Manifest {
  readonly main: string;
  readonly icon: string;
  readonly l10n: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly activationEvents: readonly string[];
  readonly capabilities: { readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] } };
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly category: string; readonly icon: string }[];
    readonly menus: Readonly<Record<string, readonly Menu[]>>;
    readonly keybindings: readonly Menu[];
    readonly views: { readonly explorer: readonly { readonly id: string; readonly visibility: string }[] };
    readonly viewsWelcome: readonly { readonly view: string }[];
    readonly languageModelTools: readonly {
      readonly name: string;
      readonly inputSchema: { readonly properties: object; readonly required: readonly string[] };
    }[];
    readonly walkthroughs: readonly {
      readonly id: string;
      readonly steps: readonly { readonly completionEvents: readonly string[]; readonly media: object }[];
    }[];
    readonly customEditors: readonly {
      readonly viewType: string;
      readonly selector: readonly { readonly filenamePattern: string }[];
    }[];
    readonly configuration: { readonly properties: Readonly<Record<string, Property>> };
  };
}

const text = readFileSync("package.json", "utf8");
const manifest = JSON.parse(text) as Manifest;
const { commands, menus, configuration } = manifest.contributes;
const sources = readSources();
const panelSources = readSources("webview");
const short = (id: string) => id.replace(/^lossLandscape\./, "");

describe("commands", () => {
  const contributed = commands.map(({ command }) => command).sort();

  test("each has a file of its own that says its id", () => {
    for (const command of contributed) {
      const file = path.join("extension", "commands", `${short(command)}.ts`);
      const own = sources.filter((source) => source.file === file);
      expect(own, file).toHaveLength(1);
      expect([...literals(own, /^lossLandscape\./)], file).toContain(command);
    }
  });

  test("each is registered", () => {
    const register = sources.find(({ file }) => file.endsWith("register.ts"))!.tree.text;
    const [, list = ""] = /commands: readonly Command\[\] = \[([^\]]*)\]/.exec(register) ?? [];
    const names = list.split(",").map((name) => name.trim());
    const registered = names.filter((name) => name !== "").map((name) => `lossLandscape.${name}`);
    expect(registered.sort()).toEqual(contributed);
  });

  test("the code speaks of no other", () => {
    const settings = Object.keys(configuration.properties);
    const views = manifest.contributes.views.explorer.map(({ id }) => id);
    const editors = manifest.contributes.customEditors.map(({ viewType }) => viewType);
    const others = new Set(["lossLandscape.panel", "lossLandscape.status", ...views, ...editors]);
    for (const id of literals(sources, /^lossLandscape\./))
      expect([...contributed, ...settings, ...others], id).toContain(id);
  });

  test("each has the category and an icon", () => {
    for (const { category, icon } of commands) {
      expect(category).toBe("Loss Landscape");
      expect(icon).toMatch(/^\$\([a-z-]+\)$/);
    }
  });
});

describe("settings", () => {
  const { properties } = configuration;

  test("each is read, and each that is read exists", () => {
    const read = literalArguments(sources, /^settings\.get$|getConfiguration\("lossLandscape"\)\.get$/);
    expect([...new Set(read)].sort()).toEqual(Object.keys(properties).map(short).sort());
  });

  test("defaults in the code are those of the manifest", () => {
    const code = sources.find(({ file }) => file.endsWith("settings.ts"))!.tree.text;
    for (const [id, { default: value }] of Object.entries(properties)) {
      if (value === ".loss-landscape") continue;
      const call = new RegExp(`get<\\w+>\\("${short(id).replace(".", "\\.")}", ([^)]+)\\)`).exec(code);
      expect(JSON.parse(call?.[1] ?? "null"), id).toEqual(value);
    }
  });

  test("each describes itself and every choice", () => {
    for (const [id, property] of Object.entries(properties)) {
      expect(property.markdownDescription, id).toMatch(/^%.+%$/);
      expect(property.markdownEnumDescriptions?.length, id).toBe(property.enum?.length);
      expect(property.enumItemLabels?.length, id).toBe(property.enum?.length);
    }
  });

  test("folders of programs belong to the machine and are ignored in untrusted workspaces", () => {
    const restricted = manifest.capabilities.untrustedWorkspaces.restrictedConfigurations;
    expect(properties["lossLandscape.tensorflow.folder"]!.scope).toBe("machine-overridable");
    expect(restricted).toContain("lossLandscape.tensorflow.folder");
    // It holds a password, and whoever has it may have runs measured.
    expect(properties["lossLandscape.queue"]!.scope).toBe("machine-overridable");
    expect(properties["lossLandscape.queue"]!.default).toBe("");
    expect(restricted).toContain("lossLandscape.queue");
    for (const id of restricted) expect(Object.keys(properties)).toContain(id);
  });
});

describe("menus", () => {
  const modelMenus = ["explorer/context", "editor/title", "editor/title/context"];

  /** The two regular expressions of a `when` clause, as VS Code would apply them. */
  function appliesTo(when: string, file: string): boolean {
    const pattern = (key: string) => {
      const [, source = "", flags] = new RegExp(`${key} =~ /(.*?)/(i?)(?=[ )]|$)`).exec(when) ?? [];
      return new RegExp(source, flags);
    };
    return pattern("resourceExtname").test(path.extname(file)) || pattern("resourceFilename").test(file);
  }

  test.each(modelMenus)("%s has its entry on model files only", (menu) => {
    const [entry, ...others] = menus[menu]!.filter(({ command }) => command === "lossLandscape.visualize");
    expect(others).toEqual([]);
    const models = ["a.onnx", "B.ONNX", "a.keras", "a.weights.h5", "a.hdf5", "a.landscape.json", "model.json"];
    const weights = ["model.safetensors", "a.pt", "a.pth", "epoch=3.ckpt", "model_1.t7"];
    const refused = ["saved_model.pb", "a.tflite"];
    const rest = [
      "a.onnx.txt",
      "package.json",
      "my-model.json",
      "landscape.json",
      "a.py",
      "onnx",
      "weights.npz",
      "a.bin",
    ];
    for (const file of [...models, ...weights, ...refused]) expect(appliesTo(entry!.when!, file), file).toBe(true);
    for (const file of rest) expect(appliesTo(entry!.when!, file), file).toBe(false);
  });

  test("the code knows models by the same names", () => {
    const code = sources.find(({ file }) => file === path.join("extension", "models.ts"))!.tree.text;
    const [, source = ""] = /modelName =\s+\/(.+)\/i;/.exec(code) ?? [];
    const [, endings] = /\\\.\(([a-z0-9|]+)\)/.exec(source) ?? [];
    for (const menu of modelMenus) expect(menus[menu]![0]!.when).toContain(`resourceExtname =~ /^\\.(${endings})$/i`);
    expect(source).toContain("\\.landscape\\.json|(^|[\\\\/])model\\.json");
  });

  test("folders have none", () => {
    expect(menus["explorer/context"]![0]!.when).toContain("!explorerResourceIsFolder &&");
  });

  test("name commands that exist, and the palette can start the work", () => {
    const contributed = commands.map(({ command }) => command);
    for (const entry of Object.values(menus).flat()) expect(contributed).toContain(entry.command);
    const hidden = menus.commandPalette!.filter(({ when }) => when === "false").map(({ command }) => command);
    for (const id of ["visualize", "restartWorker", "showLog", "showEngines", "openSample"])
      expect(hidden).not.toContain(`lossLandscape.${id}`);
  });
});

describe("landscapes", () => {
  const { views, viewsWelcome, customEditors, keybindings } = manifest.contributes;

  test("the view starts nothing before it is opened, and says what to do while it is empty", () => {
    expect(views.explorer).toMatchObject([{ id: "lossLandscape.landscapes", visibility: "collapsed" }]);
    expect(viewsWelcome.map(({ view }) => view)).toContain("lossLandscape.landscapes");
  });

  test("a run file opens as its picture, and the code knows run files by the same name", () => {
    expect(customEditors).toMatchObject([{ selector: [{ filenamePattern: `*${journalSuffix}` }] }]);
  });

  test("a run that is going on can be neither deleted nor renamed", () => {
    const entries = menus["view/item/context"]!.filter(({ command }) => /(delete|rename)Run$/.test(command));
    expect(entries.length).toBeGreaterThan(1);
    for (const { when } of entries) expect(when).toMatch(/viewItem =~ \/\^run\\\.\(done\|unfinished\)\$\//);
  });

  test("keys work where the view has the focus and nothing is being typed", () => {
    for (const { command, when } of keybindings) {
      expect(commands.map((known) => known.command)).toContain(command);
      expect(when).toContain("focusedView == lossLandscape.landscapes && !inputFocus");
    }
  });
});

describe("first steps", () => {
  const [walkthrough, ...others] = manifest.contributes.walkthroughs;

  test("are four, each with a picture that is there and an end that can be reached", () => {
    expect(others).toEqual([]);
    expect(walkthrough!.steps).toHaveLength(4);
    for (const { media, completionEvents } of walkthrough!.steps) {
      const files = [...JSON.stringify(media).matchAll(/media\/walkthrough\/[\w.-]+/g)].map(([file]) => file);
      expect(files.length).toBeGreaterThan(0);
      for (const file of files) expect(existsSync(file), file).toBe(true);
      for (const event of completionEvents) {
        const [kind, id] = event.split(":");
        const known = kind === "onView" ? ["lossLandscape.landscapes"] : commands.map(({ command }) => command);
        expect(known).toContain(id);
      }
    }
  });

  test("open by the extension's own name", () => {
    const { publisher, name } = JSON.parse(text) as { readonly publisher: string; readonly name: string };
    expect([...literals(sources, /#start$/)]).toEqual([`${publisher}.${name}#${walkthrough!.id}`]);
  });
});

describe("tools of language models", () => {
  test("are registered by the names of the manifest", () => {
    const registered = literalArguments(sources, /^vscode\.lm\.registerTool$/);
    expect([...registered].sort()).toEqual(manifest.contributes.languageModelTools.map(({ name }) => name).sort());
  });

  test("ask for nothing that they do not describe", () => {
    for (const { inputSchema } of manifest.contributes.languageModelTools)
      for (const name of inputSchema.required) expect(Object.keys(inputSchema.properties)).toContain(name);
  });
});

describe("strings and files", () => {
  const nls = JSON.parse(readFileSync("package.nls.json", "utf8")) as Record<string, string>;

  test("every key of the manifest is translated, and no other", () => {
    const keys = [...text.matchAll(/"%([^"]+)%"/g)].map(([, key]) => key!);
    expect([...new Set(keys)].sort()).toEqual(Object.keys(nls).sort());
    for (const value of Object.values(nls)) expect(value).not.toBe("");
  });

  test("the bundle for translators has every text of the sources and no other: run `npm run l10n`", () => {
    const bundle = JSON.parse(readFileSync(path.join(manifest.l10n, "bundle.l10n.json"), "utf8")) as object;
    const used = literalArguments(sources, /^vscode\.l10n\.t$/);
    const shown = literalArguments(panelSources, /^t$/);
    expect(Object.keys(bundle).sort()).toEqual([...new Set([...used, ...shown])].sort());
    for (const [key, value] of Object.entries(bundle)) expect(value).toBe(key);
  });

  test("translations have the same placeholders as the texts", () => {
    const placeholders = (text: string) => [...text.matchAll(/\{\d\}/g)].map(([found]) => found).sort();
    for (const file of readdirSync(manifest.l10n)) {
      const texts = JSON.parse(readFileSync(path.join(manifest.l10n, file), "utf8")) as Record<string, string>;
      for (const [text, translation] of Object.entries(texts))
        expect(placeholders(translation), `${file}: ${text}`).toEqual(placeholders(text));
    }
  });

  test("every text of a call to l10n is a literal, so that it can be found", () => {
    const calls = sources.flatMap(({ tree }) => [...tree.text.matchAll(/l10n\.t\(/g)]).length;
    expect(literalArguments(sources, /^vscode\.l10n\.t$/)).toHaveLength(calls);
    const panel = panelSources.filter(({ file }) => path.basename(file) !== "l10n.ts");
    const shown = panel.flatMap(({ tree }) => [...tree.text.matchAll(/(?<![\w.$])t\(/g)]).length;
    expect(literalArguments(panel, /^t$/)).toHaveLength(shown);
  });

  test("the files that the manifest names exist or are built", () => {
    expect(existsSync(manifest.icon)).toBe(true);
    expect(existsSync(manifest.l10n)).toBe(true);
    const webpack = readFileSync("webpack.config.mjs", "utf8");
    for (const bundle of [manifest.main, ...Object.values(manifest.bin)])
      expect(webpack).toMatch(new RegExp(`^\\s+${path.basename(bundle, ".js")}: "\\./`, "m"));
  });

  test("a panel that is restored wakes the extension, and programs in Python for their lenses; nothing else early", () => {
    expect(manifest.activationEvents).toEqual(["onWebviewPanel:lossLandscape.panel", "onLanguage:python"]);
    expect([...literals(sources, /^lossLandscape\.panel$/)]).toHaveLength(1);
  });
});
