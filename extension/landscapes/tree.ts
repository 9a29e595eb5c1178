import path from "node:path";
import * as vscode from "vscode";
import { ThumbnailRequest } from "../../server/protocol/requests";
import type { RunSummary } from "../../server/protocol/requests";
import type { Worker } from "../client/worker";
import type { RunList } from "./list";
import { accuracyText, ago, byModel, lossText, percentOf, titleOf } from "./words";
import type { ModelRuns } from "./words";

/** A row of the view: a model, or one of its runs. */
export type LandscapeNode =
  { readonly kind: "model"; readonly group: ModelRuns } | { readonly kind: "run"; readonly run: RunSummary };

/** Width of pictures in tooltips, in pixels. */
const thumbnailWidth = 240;

/** The view of all runs of the workspace, by their models. */
export class LandscapesTree implements vscode.TreeDataProvider<LandscapeNode>, vscode.Disposable {
  private readonly view: vscode.TreeView<LandscapeNode>;
  private readonly changed = new vscode.EventEmitter<undefined>();
  private readonly subscription: vscode.Disposable;

  readonly onDidChangeTreeData = this.changed.event;

  constructor(
    private readonly list: RunList,
    private readonly worker: Worker,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.subscription = list.onDidChange(() => this.changed.fire(undefined));
    this.view = vscode.window.createTreeView("lossLandscape.landscapes", {
      treeDataProvider: this,
      canSelectMany: true,
      showCollapseAll: true,
    });
  }

  /** The runs that are selected. */
  get selection(): readonly RunSummary[] {
    return runsOf(this.view.selection);
  }

  async getChildren(node?: LandscapeNode): Promise<LandscapeNode[]> {
    if (node?.kind === "model") return node.group.runs.map((run) => ({ kind: "run", run }));
    if (node !== undefined) return [];
    return byModel(await this.list.load()).map((group) => ({ kind: "model", group }));
  }

  getTreeItem(node: LandscapeNode): vscode.TreeItem {
    return node.kind === "model" ? modelItem(node.group) : runItem(node.run);
  }

  /** Tooltips are made when they are asked for: their pictures take time. */
  async resolveTreeItem(item: vscode.TreeItem, node: LandscapeNode): Promise<vscode.TreeItem> {
    if (node.kind !== "run") return item;
    const { journal } = node.run;
    const kind = vscode.window.activeColorTheme.kind;
    const dark = kind === vscode.ColorThemeKind.Dark || kind === vscode.ColorThemeKind.HighContrast;
    let svg: string | undefined;
    try {
      svg = (await this.worker.request(ThumbnailRequest, { journal, width: thumbnailWidth, dark }))?.svg;
    } catch (error) {
      this.log.warn(String(error));
    }
    item.tooltip = tooltipOf(node.run, svg);
    return item;
  }

  dispose(): void {
    this.subscription.dispose();
    this.view.dispose();
    this.changed.dispose();
  }
}

/** The runs among rows. */
export function runsOf(nodes: readonly unknown[]): readonly RunSummary[] {
  return nodes.flatMap((node) => {
    const { kind, run } = (node ?? {}) as { readonly kind?: unknown; readonly run?: RunSummary };
    return kind === "run" && run !== undefined ? [run] : [];
  });
}

function modelItem({ path: model, name, runs }: ModelRuns): vscode.TreeItem {
  const item = new vscode.TreeItem(name, vscode.TreeItemCollapsibleState.Expanded);
  const folder = vscode.workspace.asRelativePath(path.dirname(model), true);
  item.id = `model:${model}`;
  item.description =
    path.isAbsolute(folder) && vscode.workspace.getWorkspaceFolder(vscode.Uri.file(model)) ? "" : folder;
  item.tooltip = model;
  item.iconPath = new vscode.ThemeIcon("symbol-structure");
  item.contextValue = "model";
  item.accessibilityInformation = {
    label: runs.length === 1 ? vscode.l10n.t("{0}, 1 run", name) : vscode.l10n.t("{0}, {1} runs", name, runs.length),
  };
  return item;
}

function runItem(run: RunSummary): vscode.TreeItem {
  const { journal, status, loss, started, engine } = run;
  const title = titleOf(run);
  const item = new vscode.TreeItem(title, vscode.TreeItemCollapsibleState.None);
  const state = stateText(run);
  const others = [ago(started, Date.now(), vscode.env.language), engine];
  const spoken = [...(state === undefined ? [] : [state]), vscode.l10n.t("loss {0}", lossText(loss)), ...others];
  item.id = journal;
  item.description = [state ?? lossText(loss), ...others].join(" · ");
  item.iconPath = icons[status];
  item.contextValue = `run.${status}`;
  item.accessibilityInformation = { label: [title, ...spoken].join(", ") };
  item.command = {
    command: "lossLandscape.openRun",
    title: vscode.l10n.t("Open"),
    arguments: [{ kind: "run", run } satisfies LandscapeNode],
  };
  return item;
}

const icons: Readonly<Record<RunSummary["status"], vscode.ThemeIcon>> = {
  running: new vscode.ThemeIcon("loading~spin"),
  unfinished: new vscode.ThemeIcon("debug-pause"),
  done: new vscode.ThemeIcon("graph-scatter"),
};

/** What is left to be said of a run that is not done. */
function stateText(run: RunSummary): string | undefined {
  switch (run.status) {
    case "running":
      return vscode.l10n.t("running, {0} %", percentOf(run));
    case "unfinished":
      return vscode.l10n.t("unfinished, {0} %", percentOf(run));
    case "done":
      return undefined;
  }
}

/** Picture and facts. Whatever a file says is text and nothing else. */
function tooltipOf(run: RunSummary, svg: string | undefined): vscode.MarkdownString {
  const { what, directions, split, samples, loss, accuracy, engine, measured, total, started, model, journal } = run;
  const percent = accuracyText(accuracy);
  const count = (value: number): string => value.toLocaleString(vscode.env.language);
  const date = new Date(started);
  const facts: readonly (readonly [string, string])[] = [
    [
      vscode.l10n.t("Loss"),
      `${lossText(loss)}${percent === undefined ? "" : vscode.l10n.t(", accuracy {0}", percent)}`,
    ],
    [vscode.l10n.t("Data"), vscode.l10n.t("{0}, {1} samples", split, count(samples))],
    [vscode.l10n.t("Directions"), directions],
    [vscode.l10n.t("Measured"), vscode.l10n.t("{0} of {1}", count(measured), count(total))],
    ...(model.weights === undefined ? [] : [[vscode.l10n.t("Weights"), path.basename(model.weights)] as const]),
    [vscode.l10n.t("Engine"), engine],
    [vscode.l10n.t("Started"), Number.isNaN(date.valueOf()) ? started : date.toLocaleString(vscode.env.language)],
    [vscode.l10n.t("File"), path.basename(journal)],
  ];
  const text = new vscode.MarkdownString();
  text
    .appendMarkdown("**")
    .appendText(run.name ?? what)
    .appendMarkdown("**\n\n");
  if (svg !== undefined) {
    const image = Buffer.from(svg, "utf8").toString("base64");
    text.appendMarkdown(`![](data:image/svg+xml;base64,${image})\n\n`);
  }
  if (run.name !== undefined) text.appendText(what).appendMarkdown("\n\n");
  facts.forEach(([name, value], k) => {
    text.appendText(`${name}: ${value}`).appendMarkdown(k === facts.length - 1 ? "" : "  \n");
  });
  return text;
}
