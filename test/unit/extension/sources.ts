import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

/** A parsed source file. */
export interface Source {
  readonly file: string;
  readonly tree: ts.SourceFile;
}

/** Every source file of the extension host, or of another folder. */
export function readSources(folder = "extension"): readonly Source[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => {
      const file = path.join(folder, name);
      return { file, tree: ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2022, true) };
    });
}

/** Calls `visit` with every node of `sources`. */
export function walk(sources: readonly Source[], visit: (node: ts.Node, source: Source) => void): void {
  for (const source of sources) {
    const descend = (node: ts.Node): void => {
      visit(node, source);
      ts.forEachChild(node, descend);
    };
    descend(source.tree);
  }
}

/** First arguments, where they are literals, of all calls whose callee reads as `callee`. */
export function literalArguments(sources: readonly Source[], callee: RegExp): readonly string[] {
  const found: string[] = [];
  walk(sources, (node) => {
    if (!ts.isCallExpression(node) || !callee.test(node.expression.getText())) return;
    const [first] = node.arguments;
    if (first !== undefined && ts.isStringLiteralLike(first)) found.push(first.text);
  });
  return found;
}

/** Every string literal of `sources` that matches. */
export function literals(sources: readonly Source[], pattern: RegExp): ReadonlySet<string> {
  const found = new Set<string>();
  walk(sources, (node) => {
    if (ts.isStringLiteralLike(node) && pattern.test(node.text)) found.add(node.text);
  });
  return found;
}
