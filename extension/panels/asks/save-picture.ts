import * as vscode from "vscode";
import { saveTarget } from "../../landscapes/exportRun";
import { noteSaved } from "../saved";
import type { AskHandler } from "./ask";

/** No picture of the panel has more characters. */
const longest = 2 ** 26;
const beginnings = { png: /^iVBORw0KGgo/, svg: /^\s*(<\?xml[^>]*>\s*)?<svg[\s>]/ } as const;

/** Writes a picture that the panel has drawn to a file that the user chooses. */
export const savePicture: AskHandler<"save-picture"> = {
  read(params) {
    const { name, type, content } = (params ?? {}) as Readonly<Record<"name" | "type" | "content", unknown>>;
    if (typeof name !== "string" || typeof content !== "string" || content.length > longest) return undefined;
    if ((type !== "png" && type !== "svg") || !beginnings[type].test(content)) return undefined;
    return { name, type, content };
  },

  async answer({ name, type, content }, { source, snapshot }) {
    const model = snapshot?.header.model.path ?? source.fsPath;
    const stem = name.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[-.]+/, "") || "landscape";
    const target = await saveTarget({ model, journal: snapshot?.journal ?? model, stem, ending: type });
    if (target === undefined) return {};
    await vscode.workspace.fs.writeFile(target, Buffer.from(content, type === "png" ? "base64" : "utf8"));
    noteSaved(target.fsPath);
    return { path: target.fsPath };
  },
};
