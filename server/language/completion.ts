import type { ASTNode, CompletionItem, CompletionList, Position, Range } from "vscode-json-languageservice";
import { CompletionItemKind, InsertTextFormat } from "vscode-json-languageservice";
import { fieldOf, schemaAt } from "../study/fields";
import type { FieldPath } from "../study/fields";
import type { StudySchema } from "../study/schemaNodes";
import type { StudyDocument } from "./document";
import { jsonService } from "./json";
import type { Knowledge } from "./knowledge";
import { pathsFor } from "./paths";
import type { Series } from "./surroundings";

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
  const items = (list?.items ?? []).filter(({ label }) => label !== "$schema");
  return { isIncomplete: own !== undefined, items: [...(own?.items ?? []), ...items] };
}

/** The value that is being written: its field, and the string that is there already. */
interface Slot {
  readonly field: FieldPath;
  readonly schema: StudySchema;
  readonly node?: ASTNode;
}

async function ownItems(
  study: StudyDocument,
  offset: number,
  sources: CompletionSources,
): Promise<{ readonly items: CompletionItem[]; readonly replaces: boolean } | undefined> {
  const slot = slotAt(study, offset);
  if (!slot) return undefined;
  const { node, schema } = slot;
  // A value that stands for a whole object may be a path as well.
  const meant = schema.then ?? schema;
  const isInString = node?.type === "string" && offset > node.offset && offset < node.offset + node.length;
  const written = isInString ? study.text.getText().slice(node.offset + 1, offset) : "";
  if (meant.file === undefined && meant.inner === undefined) return undefined;
  const suggestions =
    meant.file === undefined
      ? namesFor(meant, slot.field, sources.knowledge)
      : await pathsFor(meant.file, study.folder, written, sources);
  const range = rangeOf(study, offset, node);
  const items = suggestions.map((suggestion, i) => toItem(suggestion, range, i));
  // Inside quotation marks nothing else can be meant.
  return { items, replaces: isInString };
}

/** The string, or the empty place, where the value of a field or of an item of a list is written. */
function slotAt({ json, text }: StudyDocument, offset: number): Slot | undefined {
  const node = json.getNodeFromOffset(offset, true);
  if (!node) return undefined;
  const { parent } = node;
  if (node.type === "string" && parent?.type === "property") {
    if (parent.keyNode === node) return undefined;
    return slot(fieldOf(node), node);
  }
  if (node.type === "string" && parent?.type === "array") return slot(fieldOf(node), node);
  if (node.type === "array" && offset > node.offset && offset < node.offset + node.length) {
    return slot([...fieldOf(node), node.items.length]);
  }
  if (node.type === "property" && node.colonOffset !== undefined && offset > node.colonOffset) {
    if (node.valueNode && offset > node.valueNode.offset) return undefined;
    return /^[ \t]*$/.test(text.getText().slice(node.colonOffset + 1, offset)) ? slot(fieldOf(node)) : undefined;
  }
  return undefined;
}

function slot(field: FieldPath, node?: ASTNode): Slot | undefined {
  const schema = schemaAt(field);
  return schema && schema.later === undefined ? { field, schema, ...(node ? { node } : {}) } : undefined;
}

/** Arrays of the data file that is known, those of fitting shapes first; parameters of the model. */
function namesFor({ inner }: StudySchema, field: FieldPath, knowledge: Knowledge): readonly Suggestion[] {
  if (inner === "parameter") {
    const names = knowledge.model?.facts?.names ?? [];
    return names.map((value) => ({ value, kind: CompletionItemKind.Field }));
  }
  const owner = field.slice(0, -1);
  const index = knowledge.dataFields.findIndex((each) => isWithin(each, owner));
  const answer = knowledge.data[index] ?? knowledge.data.find((each) => each !== undefined);
  const arrays = [...(answer?.facts?.arrays ?? [])];
  const isLabels = inner === "labels";
  arrays.sort((a, b) => (isLabels ? a.shape.length - b.shape.length : b.shape.length - a.shape.length));
  return arrays.map(({ name, dtype, shape }) => ({
    value: name,
    detail: `${dtype} [${shape.join(", ")}]`,
    kind: CompletionItemKind.Field,
  }));
}

function isWithin(field: FieldPath, owner: FieldPath): boolean {
  return owner.every((step, i) => field[i] === step) && field.length <= owner.length + 1;
}

/** What an item takes the place of: the whole string, or the word before the cursor. */
function rangeOf({ text }: StudyDocument, offset: number, node: ASTNode | undefined): Range {
  const [start, end] = node ? [node.offset, node.offset + node.length] : [offset, offset];
  return { start: text.positionAt(start), end: text.positionAt(end) };
}

function toItem({ value, label, detail, kind, goesOn }: Suggestion, range: Range, place: number): CompletionItem {
  const quoted = JSON.stringify(value);
  return {
    label: label ?? value,
    kind,
    ...(detail === undefined ? {} : { detail }),
    filterText: quoted,
    sortText: `0${String(place).padStart(4, "0")}`,
    // The cursor stays within the quotation marks of a folder.
    insertTextFormat: goesOn ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
    textEdit: { range, newText: goesOn ? `${snippetText(quoted.slice(0, -1))}$0"` : quoted },
    ...(goesOn ? { command: { title: "Suggest", command: "editor.action.triggerSuggest" } } : {}),
  };
}

function snippetText(text: string): string {
  return text.replace(/[\\$}]/g, "\\$&");
}
