import path from "node:path";
import type { ASTNode, JSONDocument, PropertyASTNode } from "vscode-json-languageservice";
import { ErrorCode, getLanguageService, TextDocument } from "vscode-json-languageservice";
import { ProblemError } from "../protocol/problem";
import { fieldOf, nameOf, nearestTo, schemaAt, valueOf } from "./fields";
import type { FieldPath } from "./fields";
import { beyondLimits } from "./limits";
import { studySchema } from "./schema";
import type { StudySchema } from "./schemaNodes";

/** A stretch of the file. */
export interface Place {
  /** Lines and columns of its beginning count from 1. */
  readonly line: number;
  readonly column: number;
  /** In characters, from 0. */
  readonly offset: number;
  readonly length: number;
}

/** What kind of fault it is, for what may be done about it. */
export type FaultKind = "syntax" | "unknown" | "repeated" | "missing" | "unavailable" | "value" | "rule";

/** Something that a study file says and may not say, at its place. */
export interface Fault extends Place {
  readonly kind: FaultKind;
  /** The field at fault: an unknown one itself, of missing ones their object. */
  readonly field: FieldPath;
  /** Names of the missing fields. */
  readonly missing?: readonly string[];
  /** A clause without a full stop that names the field, what was expected and what was found. */
  readonly message: string;
  /** What to do, as a sentence. */
  readonly advice: string;
}

type Explanation = Pick<Fault, "kind" | "field" | "missing" | "message" | "advice">;

/** A parsed study file: its value, its faults in the order of the file, and where a field stands. */
export interface ParsedStudy {
  readonly document: TextDocument;
  readonly json: JSONDocument;
  readonly value: unknown;
  readonly faults: readonly Fault[];
  /** The place of a field's value, or of the nearest enclosing field that is there. */
  placeOf(field: FieldPath): Place;
}

const service = getLanguageService({});

/** More faults than these are of no use to anybody, and take long to explain. */
const mostFaults = 100;
/** Names in a broken file can be of any length; a sentence cannot. */
const longestMessage = 500;

/** Parses JSON with comments and trailing commas and holds it against the schema. Touches no file. */
export async function parseStudy(text: string): Promise<ParsedStudy> {
  const whole = text.replace(/^\uFEFF/, "");
  const beyond = beyondLimits(whole);
  const document = documentOf(whole);
  const parsed = beyond ? documentOf(whole.slice(0, beyond.offset)) : document;
  const json = service.parseJSONDocument(parsed);
  const settings = { comments: "ignore", trailingCommas: "ignore" } as const;
  const syntax = await service.doValidation(parsed, json, { ...settings, schemaValidation: "ignore" }, studySchema);
  // After a syntax error the parser goes on with what it guessed, which the schema should not judge.
  const diagnostics =
    syntax.length > 0
      ? syntax
      : await service.doValidation(parsed, json, { ...settings, schemaValidation: "error" }, studySchema);
  const order = (offset: number): number => (offset === json.root?.offset ? text.length : offset);
  const faults: Fault[] = diagnostics
    .slice(0, mostFaults)
    .map(({ range, code, message }): Fault => {
      const offset = document.offsetAt(range.start);
      const place = placeIn(document, offset, document.offsetAt(range.end) - offset);
      if (syntax.length === 0 || code === ErrorCode.DuplicateKey) {
        return { ...place, ...explain(document.getText(), json, offset) };
      }
      return {
        ...place,
        kind: "syntax",
        field: [],
        message: `the JSON is broken: ${lowerFirst(typeof message === "string" ? message : message.value)}`,
        advice: "Mend it there.",
      };
    })
    // What the whole study lacks comes after what is wrong in it: a misspelt name is both.
    .sort((first, second) => order(first.offset) - order(second.offset));
  if (beyond) {
    const place = placeIn(document, beyond.offset, 1);
    const advice = "Write no more than a study needs there.";
    faults.splice(0, faults.length, { ...place, kind: "syntax", field: [], message: beyond.message, advice });
  }
  if (json.root === undefined && faults.length === 0) {
    const advice = 'Write { "model": … }.';
    faults.push({ ...placeIn(document, 0, 0), kind: "syntax", field: [], message: "the file is empty", advice });
  }
  return {
    document,
    json,
    value: json.root === undefined ? undefined : valueOf(json.root),
    faults,
    placeOf: (field) => {
      const node = nearestTo(json.root, field);
      return placeIn(document, node?.offset ?? 0, node?.length ?? 0);
    },
  };
}

function documentOf(text: string): TextDocument {
  return TextDocument.create("untitled:study.landscape.json", "jsonc", 1, text);
}

function placeIn(document: TextDocument, offset: number, length: number): Place {
  const { line, character } = document.positionAt(offset);
  return { line: line + 1, column: character + 1, offset, length };
}

/** One `study-invalid` problem from the faults of a file: the first as its sentence, all of them as facts. */
export function faultsToError(file: string, faults: readonly Fault[]): ProblemError {
  const [first] = faults;
  if (first === undefined) throw new RangeError("no faults");
  const more = faults.length - 1;
  return new ProblemError({
    reason: "study-invalid",
    title: "The study is not valid",
    message: `${path.basename(file)}, line ${first.line}, column ${first.column}: ${first.message.slice(0, longestMessage)}.`,
    advice:
      more === 0 ? first.advice : `${first.advice} ${more} more ${more === 1 ? "place needs" : "places need"} it.`,
    file,
    facts: faults.map(({ line, column, message }) => `${line}:${column} ${message}`),
  });
}

/** What is wrong at `offset`, told from the schema there rather than from the validator's own words. */
function explain(text: string, json: JSONDocument, offset: number): Explanation {
  const node = json.getNodeFromOffset(offset);
  if (node === undefined) {
    return { kind: "value", field: [], message: "a study must be a JSON object", advice: 'Write { "model": … }.' };
  }
  const property = node.parent?.type === "property" ? node.parent : undefined;
  if (property?.keyNode === node) return explainKey(property);
  const field = fieldOf(node);
  const schema = schemaAt(field);
  const name = nameOf(field);
  const found = shorten(text.slice(node.offset, node.offset + node.length));
  if (schema?.later !== undefined) {
    return {
      kind: "unavailable",
      field,
      message: `"${name}" is not available in this version (${lowerFirst(schema.later)})`,
      advice: `Remove "${name}" from the study.`,
    };
  }
  if (node.type === "object" && schema?.type !== undefined && [schema.type].flat().includes("object")) {
    return explainMissing(field, node.properties, schema);
  }
  const what = field.length === 0 ? "a study" : `"${name}"`;
  const expected = schema?.expected ?? "something else";
  const message = `${what} must be ${expected}, but is ${found}`;
  return { kind: "value", field, message, advice: `Set it to ${expected}.` };
}

/** The validator points at a key when the key is unknown, or when its object lacks a field. */
function explainKey(property: PropertyASTNode): Explanation {
  const key = property.keyNode.value;
  const shown = shorten(key);
  const parent = fieldOf(property.parent as ASTNode);
  const field = [...parent, key];
  const known = schemaAt(field);
  if (known !== undefined && property.valueNode?.type === "object") {
    return explainMissing(field, property.valueNode.properties, known);
  }
  const siblings = schemaAt(parent)?.properties ?? {};
  const names = Object.keys(siblings).filter((name) => name !== "$schema" && siblings[name]?.later === undefined);
  const owner = parent.length === 0 ? "a study" : `"${nameOf(parent)}"`;
  return {
    kind: known === undefined ? "unknown" : "repeated",
    field,
    message:
      known === undefined
        ? `"${shown}" is not a field of ${owner}, whose fields are ${names.join(", ")}`
        : `"${shown}" is given more than once in ${owner}`,
    advice: `Remove "${shown}" or correct its name.`,
  };
}

function explainMissing(field: FieldPath, properties: readonly PropertyASTNode[], schema: StudySchema): Explanation {
  const present = new Set(properties.map((property) => property.keyNode.value));
  const missing = (schema.required ?? []).filter((each) => !present.has(each));
  const names = missing.map((each) => JSON.stringify(each)).join(", ");
  const name = field.length === 0 ? "the study" : `"${nameOf(field)}"`;
  return { kind: "missing", field, missing, message: `${name} lacks ${names}`, advice: `Add ${names}.` };
}

function lowerFirst(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, "");
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 57)}…` : line;
}
