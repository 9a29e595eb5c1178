import { readdir } from "node:fs/promises";
import path from "node:path";
import { CodeActionKind } from "vscode-languageserver-protocol";
import type { CodeAction, Command } from "vscode-languageserver-protocol";
import type { ASTNode, Diagnostic, PropertyASTNode, Range, TextEdit } from "vscode-json-languageservice";
import { URI } from "vscode-uri";
import { nodeAt, schemaAt } from "../study/fields";
import type { FieldPath } from "../study/fields";
import type { Fault } from "../study/faults";
import type { StudySchema } from "../study/schemaNodes";
import type { StudyDocument } from "./document";
import type { Finding } from "./findings";
import { suits } from "./kinds";
import { nearestWord } from "./nearest";
import { patternsOf } from "./paths";

/** The client's command that puts a text into the clipboard. */
export const copyCommand = "lossLandscape.copyText";

/** A way to mend something: an edit, or a command. */
interface Fix {
  readonly title: string;
  readonly edits?: TextEdit[];
  readonly command?: Command;
}

/** Fixes of what is wrong within a range. */
export async function fixesIn(
  study: StudyDocument,
  findings: readonly Finding[],
  range: Range,
  diagnostics: readonly Diagnostic[],
): Promise<CodeAction[]> {
  const [from, to] = [study.text.offsetAt(range.start), study.text.offsetAt(range.end)];
  const touches = ({ offset, length }: { readonly offset: number; readonly length: number }): boolean =>
    offset <= to && offset + length >= from;
  const uri = URI.file(study.file).toString();
  const actions: CodeAction[] = [];
  const add = (place: { readonly offset: number }, fixes: readonly Fix[]): void => {
    for (const [i, { title, edits, command }] of fixes.entries()) {
      actions.push({
        title,
        kind: CodeActionKind.QuickFix,
        diagnostics: diagnostics.filter((each) => study.text.offsetAt(each.range.start) === place.offset),
        ...(edits ? { edit: { changes: { [uri]: edits } }, isPreferred: i === 0 } : {}),
        ...(command ? { command } : {}),
      });
    }
  };
  for (const fault of study.faults.filter(touches)) add(fault, fixesOfFault(study, fault));
  for (const finding of findings.filter(touches)) add(finding, await fixesOfFinding(study, finding));
  return actions;
}

function fixesOfFault(study: StudyDocument, fault: Fault): readonly Fix[] {
  switch (fault.kind) {
    case "unknown":
      return [...closestField(study, fault), ...removal(study, fault)];
    case "unavailable":
    case "repeated":
      return removal(study, fault);
    case "missing":
      return (fault.missing ?? []).map((name) => addition(study, fault.field, name));
    case "value":
      return valueFixes(study, fault.field);
    default:
      return [];
  }
}

/** A field of the same object, not given yet, whose name is close. */
function closestField(study: StudyDocument, fault: Fault): readonly Fix[] {
  const { field } = fault;
  const owner = field.slice(0, -1);
  const name = String(field.at(-1));
  const properties = schemaAt(owner)?.properties ?? {};
  const free = Object.keys(properties).filter(
    (each) => properties[each]?.later === undefined && nodeAt(study.root, [...owner, each]) === undefined,
  );
  const nearest = nearestWord(name, free);
  const property = propertyOf(study, fault);
  if (nearest === undefined || !property) return [];
  return [{ title: `Change to "${nearest}"`, edits: [replacement(study, property.keyNode, JSON.stringify(nearest))] }];
}

function removal(study: StudyDocument, fault: Fault): readonly Fix[] {
  const property = propertyOf(study, fault);
  if (property?.parent?.type !== "object") return [];
  const { properties } = property.parent;
  const index = properties.indexOf(property);
  const next = properties[index + 1];
  const previous = properties[index - 1];
  // With the comma behind it, or, of the last one, with that before it.
  const own = [property.offset, property.offset + property.length] as const;
  const [start, end] = next ? [own[0], next.offset] : previous ? [previous.offset + previous.length, own[1]] : own;
  const range = { start: study.text.positionAt(start), end: study.text.positionAt(end) };
  return [{ title: `Remove "${property.keyNode.value}"`, edits: [{ range, newText: "" }] }];
}

/** Adds a field in front of the others. */
function addition(study: StudyDocument, owner: FieldPath, name: string): Fix {
  const node = nodeAt(study.root, owner);
  const schema = schemaAt([...owner, name]);
  const title = `Add "${name}"`;
  if (node?.type !== "object") return { title, edits: [] };
  const text = study.text.getText();
  const [first] = node.properties;
  const gap = first ? text.slice(node.offset + 1, first.offset) : " ";
  // Comments between the brace and the first field stay above both.
  const lead = first ? (/\s*$/.exec(gap)?.[0] ?? "") : " ";
  const value = `${JSON.stringify(name)}: ${emptyValue(schema)}`;
  const at = study.text.positionAt(first?.offset ?? node.offset + 1);
  const newText = first ? `${value},${lead === "" ? " " : lead}` : ` ${value} `;
  return { title, edits: [{ range: { start: at, end: at }, newText }] };
}

function emptyValue(schema: StudySchema | undefined): string {
  if (schema?.default !== undefined) return JSON.stringify(schema.default);
  const values = (schema?.then ?? schema)?.enum;
  if (values) return JSON.stringify(values[0]);
  const [type] = [schema?.type ?? "string"].flat();
  return { object: "{}", array: "[]", boolean: "true", number: "0", integer: "1" }[type ?? ""] ?? '""';
}

function valueFixes(study: StudyDocument, field: FieldPath): readonly Fix[] {
  const node = nodeAt(study.root, field);
  const schema = schemaAt(field);
  if (!node || !schema) return [];
  const change = (value: unknown): Fix => {
    const newText = JSON.stringify(value);
    const shown = newText.replaceAll(",", ", ");
    return { title: `Change to ${shown}`, edits: [replacement(study, node, shown)] };
  };
  return conversions(node, schema).map(change);
}

/** What a value of the wrong type can only have been meant to be. */
function conversions(node: ASTNode, schema: StudySchema): readonly unknown[] {
  const types = [schema.type ?? []].flat();
  if (node.type === "string") {
    const values = (schema.then ?? schema).enum as readonly string[] | undefined;
    const nearest = values && nearestWord(node.value, values);
    if (nearest !== undefined) return [nearest];
    const number = node.value.trim() === "" ? NaN : Number(node.value);
    const takesNumber = types.includes("number") || (types.includes("integer") && Number.isInteger(number));
    if (Number.isFinite(number) && takesNumber) return [number];
    if (types.includes("boolean") && /^(true|false)$/i.test(node.value)) return [node.value.toLowerCase() === "true"];
    return [];
  }
  if (node.type === "array") {
    const items = node.items.map((item) => item.value);
    const [only] = items;
    const isOne = items.length === 1 && (types.includes("integer") || types.includes("number"));
    return isOne && typeof only === "number" ? [only] : [];
  }
  if (node.type !== "number") return [];
  // A radius stands for a range to both sides.
  const isRange = types.length === 1 && types[0] === "array" && schema.minItems === 2 && schema.maxItems === 2;
  if (isRange && schema.items?.type === "number" && node.value > 0) return [[-node.value, node.value]];
  const nearest = Math.round(node.value);
  const fits = nearest >= (schema.minimum ?? -Infinity) && nearest <= (schema.maximum ?? Infinity);
  return types.includes("integer") && !node.isInteger && fits ? [nearest] : [];
}

async function fixesOfFinding(study: StudyDocument, finding: Finding): Promise<readonly Fix[]> {
  const { code, reference, candidates, call, size, offset } = finding;
  const node = study.json.getNodeFromOffset(offset);
  if (call !== undefined) {
    const title = "Copy the code that mends it";
    return [{ title, command: { title, command: copyCommand, arguments: [call] } }];
  }
  if (code === "data-unclear" && study.root) {
    const { root, folder } = study;
    return (candidates ?? []).map((file) => {
      const written = path.relative(folder, file).replaceAll("\\", "/");
      return { title: `Use ${written}`, edits: [insertion(study, root, `"data": ${JSON.stringify(written)}`)] };
    });
  }
  if (code === "array-unknown" && node?.type === "string") {
    const nearest = nearestWord(node.value, candidates ?? []);
    const words = nearest === undefined ? (candidates ?? []).slice(0, 5) : [nearest];
    return words.map((word) => ({
      title: `Change to "${word}"`,
      edits: [replacement(study, node, JSON.stringify(word))],
    }));
  }
  if (code === "file-missing" && reference && node) {
    const nearest = await nearestPath(study.folder, reference.written, reference.kind, reference.isPattern);
    if (nearest === undefined) return [];
    return [{ title: `Change to "${nearest}"`, edits: [replacement(study, node, JSON.stringify(nearest))] }];
  }
  return size === undefined ? [] : resizing(study, size);
}

/** Where the schema has it: pictures are brought to the size that the model wants. */
function resizing(study: StudyDocument, size: readonly [number, number]): readonly Fix[] {
  const schema = schemaAt(["preprocess", "resize"]);
  if (!schema || schema.later !== undefined || study.root?.type !== "object") return [];
  if (nodeAt(study.root, ["preprocess", "resize"])) return [];
  const title = `Resize the samples to ${size.join("×")}`;
  const value = `"resize": [${size.join(", ")}]`;
  const preprocess = nodeAt(study.root, ["preprocess"]);
  if (preprocess?.type === "object") return [{ title, edits: [insertion(study, preprocess, value)] }];
  return [{ title, edits: [insertion(study, study.root, `"preprocess": { ${value} }`)] }];
}

/** Inserts a field behind the last one. */
function insertion(study: StudyDocument, node: ASTNode, field: string): TextEdit {
  const last = node.type === "object" ? node.properties.at(-1) : undefined;
  if (!last) {
    const at = study.text.positionAt(node.offset + 1);
    return { range: { start: at, end: at }, newText: ` ${field} ` };
  }
  const at = study.text.positionAt(last.offset + last.length);
  const line = study.text.getText({
    start: { line: study.text.positionAt(last.offset).line, character: 0 },
    end: study.text.positionAt(last.offset),
  });
  const isOnOwnLine = line.trim() === "";
  return { range: { start: at, end: at }, newText: isOnOwnLine ? `,\n${line}${field}` : `, ${field}` };
}

/** The path of a file that is there, whose name is close to one that is not, in the same folder or in the study's. */
async function nearestPath(
  folder: string,
  written: string,
  kind: Parameters<typeof suits>[0],
  isPattern: boolean,
): Promise<string | undefined> {
  const before = written.slice(0, written.lastIndexOf("/") + 1);
  for (const start of new Set([before, ""])) {
    const names = await readdir(path.resolve(folder, start === "" ? "." : start)).catch(() => []);
    const fitting = names.filter((name) => suits(kind, name));
    const words = isPattern ? patternsOf(fitting) : fitting;
    const nearest = nearestWord(path.posix.basename(written), words) ?? (words.length === 1 ? words[0] : undefined);
    if (nearest !== undefined) return start + nearest;
  }
  return undefined;
}

/** The property whose key or value a fault is about. */
function propertyOf({ json }: StudyDocument, { offset }: Fault): PropertyASTNode | undefined {
  const parent = json.getNodeFromOffset(offset)?.parent;
  return parent?.type === "property" ? parent : undefined;
}

function replacement({ text }: StudyDocument, { offset, length }: ASTNode, newText: string): TextEdit {
  return { range: { start: text.positionAt(offset), end: text.positionAt(offset + length) }, newText };
}
