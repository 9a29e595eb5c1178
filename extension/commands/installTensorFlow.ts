import * as vscode from "vscode";
import type { LibrarySource } from "../../server/protocol/install";
import { activePythons } from "../pythons";
import type { Command, Services } from "./command";
import { installOrdered, lookForSources } from "./installing";

interface Item extends vscode.QuickPickItem {
  readonly choice?: LibrarySource | "wheel" | "folder" | "gpu";
}

/** Installs the native library of TensorFlow, from where the user says. */
export const installTensorFlow: Command = {
  id: "lossLandscape.installTensorFlow",
  run: (services) => choose(services, false),
};

async function choose(services: Services, gpu: boolean): Promise<void> {
  const found = await lookForSources(services, gpu, await activePythons());
  if (found === undefined) return;
  const picked = await vscode.window.showQuickPick<Item>(
    [
      ...found.map(({ title, detail, source }) => ({ label: `$(library) ${title}`, detail, choice: source })),
      { label: vscode.l10n.t("Elsewhere"), kind: vscode.QuickPickItemKind.Separator },
      {
        label: `$(file-zip) ${vscode.l10n.t("Choose a Wheel…")}`,
        detail: vscode.l10n.t('tensorflow_cpu-….whl, as "pip download --no-deps tensorflow-cpu" fetches it'),
        choice: "wheel",
      },
      {
        label: `$(folder-library) ${vscode.l10n.t("Choose a Folder…")}`,
        detail: vscode.l10n.t("The site-packages or the environment that TensorFlow for Python is installed in"),
        choice: "folder",
      },
      ...(gpu ? [] : [forGpus()]),
    ],
    {
      title: gpu
        ? vscode.l10n.t("Install Native TensorFlow for NVIDIA GPUs")
        : vscode.l10n.t("Install Native TensorFlow"),
      placeHolder: vscode.l10n.t("Where to take the native library from"),
      matchOnDetail: true,
    },
  );
  const choice = picked?.choice;
  if (choice === undefined) return;
  if (choice === "gpu") return choose(services, true);
  const source = typeof choice === "string" ? await browse(choice) : choice;
  if (source !== undefined) await installOrdered(services, { engine: "tensorflow", source, gpu });
}

function forGpus(): Item {
  return {
    label: `$(chip) ${vscode.l10n.t("For NVIDIA GPUs…")}`,
    detail: vscode.l10n.t("Needs NVIDIA's driver, CUDA and cuDNN on this machine"),
    choice: "gpu",
  };
}

async function browse(what: "wheel" | "folder"): Promise<LibrarySource | undefined> {
  const isWheel = what === "wheel";
  const [chosen] =
    (await vscode.window.showOpenDialog({
      title: isWheel
        ? vscode.l10n.t("Choose a Wheel of TensorFlow")
        : vscode.l10n.t("Choose a Folder with TensorFlow for Python"),
      canSelectFiles: isWheel,
      canSelectFolders: !isWheel,
      filters: isWheel ? { [vscode.l10n.t("Wheels")]: ["whl"] } : undefined,
    })) ?? [];
  return chosen && { kind: "python", path: chosen.fsPath };
}
