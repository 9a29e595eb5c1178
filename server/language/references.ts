import path from "node:path";
import type { ASTNode, StringASTNode } from "vscode-json-languageservice";
import { fieldOf, schemaOf } from "../study/fields";
import type { FieldPath } from "../study/fields";
import type { FileKind } from "../study/schemaNodes";
import type { StudyDocument } from "./document";

/** A file, or several with wildcards, that a study names. */
export interface Reference {
  readonly kind: FileKind;
  readonly field: FieldPath;
  readonly node: StringASTNode;
  readonly written: string;
  /** Absolute. */
  readonly path: string;
  /** Whether it has wildcards. */
  readonly isPattern: boolean;
}

/** Every file that a study names, in its order; which values are paths is said by the schema. */
export function referencesOf({ root, folder }: Pick<StudyDocument, "root" | "folder">): readonly Reference[] {
  const found: Reference[] = [];
  const visit = (node: ASTNode): void => {
    if (node.type === "string") {
      const kind = schemaOf(node)?.file;
      if (kind === undefined || node.value === "") return;
      const isPattern = kind === "checkpoints" && /[*?{]/.test(node.value);
      const absolute = path.resolve(folder, node.value);
      found.push({ kind, field: fieldOf(node), node, written: node.value, path: absolute, isPattern });
    } else if (node.type === "object") {
      for (const { valueNode } of node.properties) if (valueNode) visit(valueNode);
    } else if (node.type === "array") node.items.forEach(visit);
  };
  if (root) visit(root);
  return found;
}
