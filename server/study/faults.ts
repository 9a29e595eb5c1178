import path from "node:path";
import type { ASTNode, JSONDocument, PropertyASTNode } from "vscode-json-languageservice";
import { ErrorCode, getLanguageService, TextDocument } from "vscode-json-languageservice";
import { ProblemError } from "../protocol/problem";
import { studySchema } from "./schema";
import type { StudySchema } from "./schema";

/** Keys and indices that lead from the root of the file to a value. */
export type FieldPath = readonly (string | number)[];

/** Something that a study file says and may not say, at its place. Lines and columns count from 1. */
export interface Fault {
  readonly line: number;
  readonly column: number;
  /** A clause without a full stop that names the field, what was expected and what was found. */
  readonly message: string;
  /** What to do, as a sentence. */
  readonly advice: string;
}

/** A parsed study file: its value, its faults in the order of the file, and where a field stands. */
export interface ParsedStudy {
  readonly value: unknown;
  readonly faults: readonly Fault[];
  /** The place of a field, or of the nearest enclosing field that is there. */
  positionOf(field: FieldPath): { readonly line: number; readonly column: number };
}

const service = getLanguageService({});

/** Parses JSON with comments and trailing commas and holds it against the schema. Touches no file. */
export async function parseStudy(text: string): Promise<ParsedStudy> {
  const document = TextDocument.create("untitled:study.landscape.json", "jsonc", 1, text.replace(/^\uFEFF/, ""));
  const json = service.parseJSONDocument(document);
  const settings = { comments: "ignore", trailingCommas: "ignore" } as const;
  const syntax = await service.doValidation(document, json, { ...settings, schemaValidation: "ignore" }, studySchema);
  // After a syntax error the parser goes on with what it guessed, which the schema should not judge.
  const diagnostics =
    syntax.length > 0
      ? syntax
      : await service.doValidation(document, json, { ...settings, schemaValidation: "error" }, studySchema);
  const order = (offset: number): number => (offset === json.root?.offset ? text.length : offset);
  const faults: Fault[] = diagnostics
    .map(({ range, code, message }): Fault & { readonly offset: number } => {
      const offset = document.offsetAt(range.start);
      const place = { line: range.start.line + 1, column: range.start.character + 1, offset };
      if (syntax.length === 0 || code === ErrorCode.DuplicateKey) {
        return { ...place, ...explain(document.getText(), json, offset) };
      }
      return {
        ...place,
        message: `the JSON is broken: ${lowerFirst(typeof message === "string" ? message : message.value)}`,
        advice: "Mend it there.",
      };
    })
    // What the whole study lacks comes after what is wrong in it: a misspelt name is both.
    .sort((first, second) => order(first.offset) - order(second.offset))
    .map(({ line, column, message, advice }) => ({ line, column, message, advice }));
  if (json.root === undefined && faults.length === 0) {
    faults.push({ line: 1, column: 1, message: "the file is empty", advice: 'Write { "model": … }.' });
  }
  return {
    value: json.root === undefined ? undefined : valueOf(json.root),
    faults,
    positionOf: (field) => {
      const position = document.positionAt(nearest(json.root, field)?.offset ?? 0);
      return { line: position.line + 1, column: position.character + 1 };
    },
  };
}

/** One `study-invalid` problem from the faults of a file: the first as its sentence, all of them as facts. */
export function faultsToError(file: string, faults: readonly Fault[]): ProblemError {
  const [first] = faults;
  if (first === undefined) throw new RangeError("no faults");
  const more = faults.length - 1;
  return new ProblemError({
    reason: "study-invalid",
    title: "The study is not valid",
    message: `${path.basename(file)}, line ${first.line}, column ${first.column}: ${first.message}.`,
    advice:
      more === 0 ? first.advice : `${first.advice} ${more} more ${more === 1 ? "place needs" : "places need"} it.`,
    file,
    facts: faults.map(({ line, column, message }) => `${line}:${column} ${message}`),
  });
}

/** What is wrong at `offset`, told from the schema there rather than from the validator's own words. */
function explain(text: string, json: JSONDocument, offset: number): Pick<Fault, "message" | "advice"> {
  const node = json.getNodeFromOffset(offset);
  if (node === undefined) return { message: "a study must be a JSON object", advice: 'Write { "model": … }.' };
  const property = node.parent?.type === "property" ? node.parent : undefined;
  if (property?.keyNode === node) return explainKey(property);
  const field = pathOf(node);
  const schema = schemaAt(field);
  const name = nameOf(field);
  const found = shorten(text.slice(node.offset, node.offset + node.length));
  if (schema?.later !== undefined) {
    return {
      message: `"${name}" is not available in this version (${lowerFirst(schema.later)})`,
      advice: `Remove "${name}" from the study.`,
    };
  }
  if (node.type === "string" && schema?.laterValues?.includes(node.value)) {
    return {
      message: `"${name}": ${found} is not available in this version, only ${schema.expected}`,
      advice: `Set "${name}" to ${schema.expected}.`,
    };
  }
  if (node.type === "object" && schema?.type !== undefined && [schema.type].flat().includes("object")) {
    return explainMissing(name, node.properties, schema);
  }
  const what = field.length === 0 ? "a study" : `"${name}"`;
  const expected = schema?.expected ?? "something else";
  return { message: `${what} must be ${expected}, but is ${found}`, advice: `Set it to ${expected}.` };
}

/** The validator points at a key when the key is unknown, or when its object lacks a field. */
function explainKey(property: PropertyASTNode): Pick<Fault, "message" | "advice"> {
  const key = property.keyNode.value;
  const parentPath = pathOf(property.parent as ASTNode);
  const siblings = schemaAt(parentPath)?.properties ?? {};
  const known = siblings[key];
  if (known !== undefined && property.valueNode?.type === "object") {
    return explainMissing(nameOf([...parentPath, key]), property.valueNode.properties, known);
  }
  const names = Object.keys(siblings).filter((name) => name !== "$schema" && siblings[name]?.later === undefined);
  const owner = parentPath.length === 0 ? "a study" : `"${nameOf(parentPath)}"`;
  return {
    message:
      known === undefined
        ? `"${key}" is not a field of ${owner}, whose fields are ${names.join(", ")}`
        : `"${key}" is given more than once in ${owner}`,
    advice: `Remove "${key}" or correct its name.`,
  };
}

function explainMissing(
  name: string,
  properties: readonly PropertyASTNode[],
  schema: StudySchema,
): Pick<Fault, "message" | "advice"> {
  const present = new Set(properties.map((property) => property.keyNode.value));
  const missing = (schema.required ?? []).filter((field) => !present.has(field)).map((field) => JSON.stringify(field));
  return {
    message: `${name === "" ? "the study" : `"${name}"`} lacks ${missing.join(", ")}`,
    advice: `Add ${missing.join(", ")}.`,
  };
}

function schemaAt(field: FieldPath): StudySchema | undefined {
  let schema: StudySchema | undefined = studySchema;
  for (const step of field) schema = typeof step === "number" ? schema?.items : schema?.properties?.[step];
  return schema;
}

function pathOf(node: ASTNode): FieldPath {
  const parent = node.parent;
  if (parent === undefined) return [];
  if (parent.type === "property") return [...pathOf(parent.parent as ASTNode), parent.keyNode.value];
  if (parent.type === "array") return [...pathOf(parent), parent.items.indexOf(node)];
  return pathOf(parent);
}

/** `grid.x[0]` for ["grid", "x", 0]. */
function nameOf(field: FieldPath): string {
  return field.reduce<string>((name, step) => {
    if (typeof step === "number") return `${name}[${step}]`;
    return name === "" ? step : `${name}.${step}`;
  }, "");
}

function nearest(root: ASTNode | undefined, field: FieldPath): ASTNode | undefined {
  let node = root;
  for (const step of field) {
    const next: ASTNode | undefined =
      typeof step === "number"
        ? node?.type === "array"
          ? node.items[step]
          : undefined
        : node?.type === "object"
          ? node.properties.find((property) => property.keyNode.value === step)?.valueNode
          : undefined;
    if (next === undefined) return node;
    node = next;
  }
  return node;
}

function valueOf(node: ASTNode): unknown {
  switch (node.type) {
    case "object":
      return Object.fromEntries(
        node.properties.map(({ keyNode, valueNode }) => [keyNode.value, valueNode && valueOf(valueNode)]),
      );
    case "array":
      return node.items.map(valueOf);
    case "property":
      return undefined;
    default:
      return node.value;
  }
}

function lowerFirst(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, "");
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 57)}…` : line;
}
