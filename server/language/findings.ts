import type { ASTNode } from "vscode-json-languageservice";
import type { ArrayFacts } from "../protocol/files";
import type { Problem } from "../protocol/problem";
import { nameOf, nearestTo, nodeAt } from "../study/fields";
import type { FieldPath } from "../study/fields";
import type { StudyDocument } from "./document";
import { kindWords } from "./kinds";
import type { Knowledge, Lookup } from "./knowledge";
import type { Reference } from "./references";
import { plural } from "./words";

/** Something to be told of a study that only its files tell. */
export interface Finding {
  readonly offset: number;
  readonly length: number;
  readonly severity: "error" | "warning" | "information";
  readonly code:
    "file-missing" | "array-unknown" | "batch-norm-folded" | "data-unclear" | "shape-mismatch" | Problem["reason"];
  /** A sentence. */
  readonly message: string;
  readonly advice: string;
  /** The reference that leads nowhere. */
  readonly reference?: Reference;
  /** Words of which the one that is written may be a slip. */
  readonly candidates?: readonly string[];
  /** A call that mends it, to be copied. */
  readonly call?: string;
  /** Height and width that pictures should have. */
  readonly size?: readonly [number, number];
}

type Place = Pick<Finding, "offset" | "length">;

/** What the files of a study say that its author should know, in the order of the text. */
export function findingsOf(study: StudyDocument, knowledge: Knowledge): readonly Finding[] {
  const { lookups } = knowledge;
  const findings = [
    ...lookups.flatMap((lookup) => missing(study, lookup)),
    ...modelFindings(study, knowledge),
    ...dataFindings(study, knowledge),
    ...lookups.flatMap((lookup) => weightsFindings(study, lookup, knowledge)),
    ...directionsFindings(study, knowledge),
  ];
  return findings.sort((first, second) => first.offset - second.offset);
}

/** The problem that stands in the way of a run, unless something else has told of it already. */
export function obstacle(study: StudyDocument, problem: Problem): Finding {
  const field = problem.reason === "study-invalid" ? ["directions", "kind"] : ["model"];
  return ofProblem(placeOf(study, field), problem);
}

/** Data that the study does not name and that cannot be inferred, so that the user would have to be asked. */
export function openQuestion(study: StudyDocument, reason: string, candidates: readonly string[]): Finding {
  return {
    ...placeOf(study, ["model"]),
    severity: "warning",
    code: "data-unclear",
    message: reason,
    advice: 'Name the data as "data".',
    candidates,
  };
}

/** Looked up at the last check: the same field must still say the same. */
function nodeOf({ root }: StudyDocument, { field, written }: Reference): ASTNode | undefined {
  const node = nodeAt(root, field);
  return node?.type === "string" && node.value === written ? node : undefined;
}

function missing(study: StudyDocument, { reference, found, series, problem }: Lookup): readonly Finding[] {
  const node = nodeOf(study, reference);
  if (!node) return [];
  const { kind, field, written, path, isPattern } = reference;
  const place = { ...at(node), severity: "error", reference } as const;
  const name = nameOf(field);
  if (problem) return [{ ...place, code: problem.reason, message: problem.message, advice: problem.advice }];
  if (isPattern) {
    if (series && series.files.length > 0) return [];
    const why =
      series && series.leftOut.length > 0 ? "the names of all files that match tell no time" : "nothing matches";
    return [
      {
        ...place,
        code: "file-missing",
        message: `"${name}" asks for the checkpoints ${written}, but ${why}.`,
        advice: "Correct the path or its wildcards; paths are relative to the study.",
      },
    ];
  }
  const isThere = found === "file" || (found === "folder" && (kind === "data" || kind === "checkpoints"));
  if (isThere) return [];
  return [
    {
      ...place,
      code: "file-missing",
      message: `"${name}" must be the path of a ${kindWords[kind]}, but there is ${found === undefined ? "nothing" : "a folder"} at ${path}.`,
      advice: "Correct the path or put the file there; paths are relative to the study.",
    },
  ];
}

function modelFindings(study: StudyDocument, { model, lookups }: Knowledge): readonly Finding[] {
  const reference = lookups.find((each) => each.reference.kind === "model")?.reference;
  const node = reference && nodeOf(study, reference);
  if (!model || !node || reference.path !== model.path) return [];
  const { problem, facts } = model;
  if (problem) return [ofProblem(at(node), problem)];
  if (facts?.unfoldedExport === undefined) return [];
  return [
    {
      ...at(node),
      severity: "warning",
      code: "batch-norm-folded",
      message:
        "The exporter folded batch normalisation into the convolutions of this model: its landscape is another one " +
        "than that of the network that was trained, and checkpoints of the training do not fit.",
      advice: `Export it again: ${facts.unfoldedExport.replace(/\s+/g, " ")}`,
      call: facts.unfoldedExport,
    },
  ];
}

function dataFindings(study: StudyDocument, { data, dataFields, model }: Knowledge): readonly Finding[] {
  return data.flatMap((answer, i): readonly Finding[] => {
    const field = dataFields[i]!;
    if (!answer) return [];
    const arrays = answer.facts?.arrays ?? [];
    const unknown = arrays.length > 0 ? unknownArrays(study, field, arrays, answer.path) : [];
    if (unknown.length > 0) return unknown;
    if (!answer.problem) return [];
    const size = answer.problem.reason === "data-mismatch" ? pictureSize(model?.facts?.inputShape) : undefined;
    return [{ ...ofProblem(placeOf(study, field), answer.problem), ...(size ? { size, code: "shape-mismatch" } : {}) }];
  });
}

/** The names that a split gives to its arrays, as far as its file does not have them. */
function unknownArrays(
  study: StudyDocument,
  field: FieldPath,
  arrays: readonly ArrayFacts[],
  file: string,
): readonly Finding[] {
  const names = arrays.map((array) => array.name);
  const owners = [field.at(-1) === "path" ? field.slice(0, -1) : field, ["data"]];
  return ["x", "y"].flatMap((name): readonly Finding[] => {
    const node = owners.map((owner) => nodeAt(study.root, [...owner, name])).find((each) => each !== undefined);
    // Of columns several may be named, by patterns and separated by commas: the reader tells what is wrong with them.
    const isSeveral = arrays[0]?.shape === undefined && node?.type === "string" && /[*,]/.test(node.value);
    if (node?.type !== "string" || names.includes(node.value) || isSeveral) return [];
    const listed = names.slice(0, 12).join(", ") + (names.length > 12 ? ` and ${names.length - 12} more` : "");
    const what = arrays[0]?.shape === undefined ? "column" : "array";
    return [
      {
        ...at(node),
        severity: "error",
        code: "array-unknown",
        message: `${basename(file)} has no ${what} "${node.value}"; it holds ${listed}.`,
        advice: "Name one of them.",
        candidates: names,
      },
    ];
  });
}

/** Height and width of the pictures that a model wants. */
function pictureSize(shape: readonly (number | null)[] | undefined): readonly [number, number] | undefined {
  if (shape?.length !== 3) return undefined;
  const [first, second, last] = shape;
  // Channels are first, unless only the last axis is as short as channels are.
  const sides = (first ?? 0) > 4 && (last ?? 5) <= 4 ? [first, second] : [second, last];
  const [height, width] = sides;
  return typeof height === "number" && typeof width === "number" && height > 1 && width > 1
    ? [height, width]
    : undefined;
}

function weightsFindings(
  study: StudyDocument,
  { reference, series, found }: Lookup,
  { weights }: Knowledge,
): readonly Finding[] {
  if (!["checkpoints", "checkpoint", "weights"].includes(reference.kind)) return [];
  const node = nodeOf(study, reference);
  if (!node) return [];
  const files = series?.files ?? (found === undefined ? [] : [reference.path]);
  const problems = files.map((file) => weights.get(file)?.problem).filter((problem) => problem !== undefined);
  const [first] = problems;
  if (!first) return [];
  const more =
    problems.length === 1 ? "" : ` The same holds of ${plural(problems.length - 1, "more file")} of ${files.length}.`;
  return [{ ...ofProblem(at(node), first), advice: first.advice + more }];
}

function directionsFindings(study: StudyDocument, { directions, lookups }: Knowledge): readonly Finding[] {
  const reference = lookups.find((each) => each.reference.kind === "directions")?.reference;
  const node = reference && nodeOf(study, reference);
  if (!node || !directions?.problem || reference.path !== directions.path) return [];
  return [ofProblem(at(node), directions.problem)];
}

function ofProblem(place: Place, { reason, message, advice, snippet }: Problem): Finding {
  return { ...place, severity: "error", code: reason, message, advice, ...(snippet ? { call: snippet } : {}) };
}

function at({ offset, length }: ASTNode): Place {
  return { offset, length };
}

/** A field, or what is nearest to it: of the whole study only its first character. */
function placeOf({ root }: StudyDocument, field: FieldPath): Place {
  const node = nearestTo(root, field);
  if (!node) return { offset: 0, length: 0 };
  return node === root ? { offset: node.offset, length: 1 } : at(node);
}

function basename(file: string): string {
  return file.split(/[\\/]/).at(-1) ?? file;
}
