import type { ASTNode, CompletionItem, CompletionList, Position, Range } from "vscode-json-languageservice";
import { CompletionItemKind, InsertTextFormat } from "vscode-json-languageservice";
import type { ArrayFacts } from "../protocol/files";
import { fieldOf, schemaAt } from "../study/fields";
import type { FieldPath } from "../study/fields";
import type { FileKind, InnerName } from "../study/schemaNodes";
import type { StudyDocument } from "./document";
import { jsonService } from "./json";
import type { Knowledge } from "./knowledge";
import { pathsFor } from "./paths";
import type { Series } from "./surroundings";
import { typeOf } from "./words";

/** What is offered for a value, before it is fitted into the text. */
export interface Suggestion {
  readonly value: string;
  /** The value itself when absent. */
  readonly label?: string;
  readonly detail?: string;
  readonly kind: CompletionItemKind;
  /** Whether more is to be written after it: a folder. */
  readonly goesOn?: boolean;
}

/** What completion looks up beside what is known already. */
export interface CompletionSources {
  readonly knowledge: Knowledge;
  series(pattern: string, folder: string): Promise<Series>;
}

/** What may be written at the cursor: fields and values by the schema, files that are there, names inside of them. */
export async function completeAt(
  study: StudyDocument,
  position: Position,
  sources: CompletionSources,
): Promise<CompletionList> {
  const { text, json } = study;
  const offset = text.offsetAt(position);
  const own = await ownItems(study, offset, sources);
  if (own?.replaces) return { isIncomplete: true, items: own.items };
  const list = await jsonService.doComplete(text, position, json);
  const items = (list?.items ?? []).filter(({ label }) => label !== "$schema").map(goingOn);
  return { isIncomplete: own !== undefined, items: [...(own?.items ?? []), ...items] };
}

const suggestAgain = { title: "Suggest", command: "editor.action.triggerSuggest" };

/** A field whose value is still to be chosen offers the values at once. */
function goingOn(item: CompletionItem): CompletionItem {
  const isOpen = item.kind === CompletionItemKind.Property && /: ("?)\$1\1\s*\}?,?$/.test(item.textEdit?.newText ?? "");
  return isOpen ? { ...item, command: suggestAgain } : item;
}

/** A value, or the name of a field, that is being written, and the string that is there already. */
interface Slot {
  readonly field: FieldPath;
  readonly file?: FileKind;
  readonly inner?: InnerName;
  readonly node?: ASTNode;
  /** Of a name: whether its value is still to be written. */
  readonly wantsValue?: boolean;
}

async function ownItems(
  study: StudyDocument,
  offset: number,
  sources: CompletionSources,
): Promise<{ readonly items: CompletionItem[]; readonly replaces: boolean } | undefined> {
  const slot = slotAt(study, offset);
  if (!slot || (slot.file === undefined && slot.inner === undefined)) return undefined;
  const { node, file, wantsValue } = slot;
  const isInString = node?.type === "string" && offset > node.offset && offset < node.offset + node.length;
  const written = isInString ? study.text.getText().slice(node.offset + 1, offset) : "";
  const suggestions =
    file === undefined ? namesFor(slot, sources.knowledge) : await pathsFor(file, study.folder, written, sources);
  const range = rangeOf(study, offset, node);
  const items = suggestions.map((suggestion, i) => toItem(suggestion, range, i, wantsValue ? ": " : ""));
  // Inside quotation marks nothing else can be meant.
  return { items, replaces: isInString };
}

/** Where a path or a name of something inside a file may be written. */
function slotAt({ json, text }: StudyDocument, offset: number): Slot | undefined {
  const node = json.getNodeFromOffset(offset, true);
  if (!node) return undefined;
  const { parent } = node;
  if (node.type === "string" && parent?.type === "property" && parent.keyNode === node) {
    const owner = fieldOf(node).slice(0, -1);
    return keySlot(owner, parent.colonOffset === undefined || parent.colonOffset < 0, node);
  }
  if (node.type === "string") return valueSlot(fieldOf(node), node);
  const isInside = offset > node.offset && offset < node.offset + node.length;
  if (node.type === "object" && isInside) return keySlot(fieldOf(node), true);
  if (node.type === "array" && isInside) return valueSlot([...fieldOf(node), node.items.length]);
  if (node.type === "property" && node.colonOffset !== undefined && offset > node.colonOffset) {
    if (node.valueNode && offset > node.valueNode.offset) return undefined;
    return /^[ \t]*$/.test(text.getText().slice(node.colonOffset + 1, offset)) ? valueSlot(fieldOf(node)) : undefined;
  }
  return undefined;
}

function valueSlot(field: FieldPath, node?: ASTNode): Slot | undefined {
  const schema = schemaAt(field);
  if (!schema || schema.later !== undefined) return undefined;
  // A value that stands for a whole object may be a path as well.
  const { file, inner } = schema.then ?? schema;
  return { field, ...(file ? { file } : {}), ...(inner ? { inner } : {}), ...(node ? { node } : {}) };
}

function keySlot(owner: FieldPath, wantsValue: boolean, node?: ASTNode): Slot | undefined {
  const inner = schemaAt(owner)?.innerKeys;
  return inner && { field: owner, inner, wantsValue, ...(node ? { node } : {}) };
}

function namesFor({ inner, field }: Slot, knowledge: Knowledge): readonly Suggestion[] {
  const kind = CompletionItemKind.Field;
  if (inner === "parameter") return (knowledge.model?.facts?.names ?? []).map((value) => ({ value, kind }));
  if (inner === "tensor") {
    const names = [...knowledge.weights.values()].flatMap(({ facts }) => facts?.names ?? []);
    return [...new Set(names)].map((value) => ({ value, kind }));
  }
  return arraysFor(inner === "labels", field.slice(0, -1), knowledge);
}

/** Arrays of the data file that is known, those of the likelier shapes first. */
function arraysFor(isLabels: boolean, owner: FieldPath, { data, dataFields }: Knowledge): readonly Suggestion[] {
  const index = dataFields.findIndex((field) => isWithin(field, owner));
  const answer = data[index] ?? data.find((each) => each !== undefined);
  const arrays = [...(answer?.facts?.arrays ?? [])];
  const rank = ({ shape }: ArrayFacts): number => shape?.length ?? 0;
  arrays.sort((a, b) => (isLabels ? rank(a) - rank(b) : rank(b) - rank(a)));
  return arrays.map((array) => {
    const detail = typeOf(array);
    return { value: array.name, kind: CompletionItemKind.Field, ...(detail === "" ? {} : { detail }) };
  });
}

function isWithin(field: FieldPath, owner: FieldPath): boolean {
  return owner.every((step, i) => field[i] === step) && field.length <= owner.length + 1;
}

/** What an item takes the place of: the whole string, or the word before the cursor. */
function rangeOf({ text }: StudyDocument, offset: number, node: ASTNode | undefined): Range {
  const [start, end] = node ? [node.offset, node.offset + node.length] : [offset, offset];
  return { start: text.positionAt(start), end: text.positionAt(end) };
}

function toItem(
  { value, label, detail, kind, goesOn }: Suggestion,
  range: Range,
  place: number,
  after: string,
): CompletionItem {
  const quoted = JSON.stringify(value);
  return {
    label: label ?? value,
    kind,
    ...(detail === undefined ? {} : { detail }),
    filterText: quoted,
    sortText: `0${String(place).padStart(4, "0")}`,
    // The cursor stays within the quotation marks of a folder.
    insertTextFormat: goesOn ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
    textEdit: { range, newText: goesOn ? `${snippetText(quoted.slice(0, -1))}$0"` : quoted + after },
    ...(goesOn ? { command: suggestAgain } : {}),
  };
}

function snippetText(text: string): string {
  return text.replace(/[\\$}]/g, "\\$&");
}
