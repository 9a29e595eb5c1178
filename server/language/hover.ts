import path from "node:path";
import type { ASTNode, Hover, Position } from "vscode-json-languageservice";
import { MarkupKind } from "vscode-json-languageservice";
import type { DataFileFacts, FileAnswer, ModelFacts } from "../protocol/files";
import { fieldOf, nameOf, schemaAt, schemaOf } from "../study/fields";
import type { StudySchema } from "../study/schemaNodes";
import type { StudyDocument } from "./document";
import type { Knowledge, Lookup } from "./knowledge";
import { count, plural, times, typeOf } from "./words";

/** What the field under the cursor is for, and of a file what is known of it. */
export function hoverAt(study: StudyDocument, position: Position, knowledge: Knowledge): Hover | undefined {
  const node = study.json.getNodeFromOffset(study.text.offsetAt(position));
  if (!node || node === study.root) return undefined;
  const isKey = node.parent?.type === "property" && node.parent.keyNode === node;
  const property = isKey ? node.parent : undefined;
  if (!isKey && (node.type === "object" || node.type === "array")) return undefined;
  const field = fieldOf(property ?? node);
  const schema = property ? schemaAt(field) : schemaOf(node);
  if (!schema || schema.later !== undefined) return undefined;
  const about = isKey ? describeField(nameOf(field), schema) : describeValue(node, nameOf(field), schema);
  const facts = isKey ? [] : factsOf(study, node, schema, knowledge);
  const range = {
    start: study.text.positionAt(node.offset),
    end: study.text.positionAt(node.offset + node.length),
  };
  return { contents: { kind: MarkupKind.Markdown, value: [...facts, ...about].join("\n\n") }, range };
}

function describeField(name: string, schema: StudySchema): readonly string[] {
  const { enum: values, enumDescriptions } = schema.then ?? schema;
  const choices = (values ?? []).map((value, i) => {
    const meaning = enumDescriptions?.[i];
    return `- \`${String(value)}\`${meaning === undefined ? "" : `: ${meaning}`}`;
  });
  return [
    `**${name}**: ${schema.description ?? ""}`,
    ...(choices.length > 0 ? [choices.join("\n")] : []),
    ...limits(schema),
  ];
}

function describeValue(node: ASTNode, name: string, schema: StudySchema): readonly string[] {
  const choice = schema.enum?.indexOf(node.value) ?? -1;
  const meaning = schema.enumDescriptions?.[choice];
  return [
    ...(meaning === undefined ? [] : [`\`${String(node.value)}\`: ${meaning}`]),
    `**${name}**: ${schema.description ?? ""}`,
    ...limits(schema),
  ];
}

/** Default, unit and what is allowed, a line each. */
function limits({ default: usual, otherwise, unit, expected, enum: values }: StudySchema): readonly string[] {
  const lines: string[] = [];
  const without = usual === undefined ? otherwise : `\`${JSON.stringify(usual)}\``;
  if (without !== undefined) lines.push(`Default: ${without}`);
  if (unit !== undefined) lines.push(`Unit: ${unit}`);
  if (expected !== undefined && !values) lines.push(`Takes ${expected}`);
  return lines.length > 0 ? [lines.join("  \n")] : [];
}

/** What is known of the file that a value names, or of an array in it. */
function factsOf(study: StudyDocument, node: ASTNode, schema: StudySchema, knowledge: Knowledge): readonly string[] {
  if (node.type !== "string") return [];
  const absolute = path.resolve(study.folder, node.value);
  const lookup = knowledge.lookups.find(({ reference }) => reference.path === absolute);
  switch (schema.file) {
    case "model":
      return knowledge.model?.path === absolute ? modelLines(knowledge.model) : [];
    case "data": {
      const answer = knowledge.data.find((each) => each?.path === absolute);
      return answer ? dataLines(answer) : [];
    }
    case "checkpoint":
    case "checkpoints":
    case "weights":
      return lookup ? weightsLines(study.folder, lookup, knowledge) : [];
    case "directions": {
      const { directions } = knowledge;
      if (directions?.path !== absolute || !directions.facts) return [];
      return [`Saved directions: ${directions.facts.directions === 2 ? "two, for a surface" : "one, for lines"}`];
    }
    default:
      return schema.inner === "samples" || schema.inner === "labels" ? arrayLines(node.value, knowledge) : [];
  }
}

function modelLines({ path: file, facts, problem }: FileAnswer<ModelFacts>): readonly string[] {
  if (!facts) return problem ? [problem.message] : [];
  const { format, parameters, tensors, inputShape, classes, training, notices } = facts;
  return [
    `**${path.basename(file)}**, ${format}`,
    [
      `- ${count(parameters)} parameters in ${plural(tensors, "tensor")}`,
      `- Input: ${times(inputShape)}`,
      ...(classes === null ? [] : [`- Outputs: ${classes}`]),
      ...(training?.written === undefined ? [] : [`- Trained with \`${training.written}\``]),
      ...notices.map((notice) => `- ${notice}`),
    ].join("\n"),
  ];
}

function dataLines({ path: file, facts, problem }: FileAnswer<DataFileFacts>): readonly string[] {
  const { samples, names, notices = [], arrays = [] } = facts ?? {};
  const lines = [
    ...(samples === undefined ? [] : [`- ${plural(samples, "sample")}`]),
    ...arrays.slice(0, 12).map((array) => {
      const { name } = array;
      const role = name === names?.x ? "the samples" : name === names?.y ? "the labels" : "";
      const facts = [typeOf(array), role].filter((part) => part !== "").join(", ");
      return `- \`${name}\`${facts === "" ? "" : `: ${facts}`}`;
    }),
    ...(arrays.length > 12 ? [`- and ${arrays.length - 12} more`] : []),
    ...notices.map((notice) => `- ${notice}`),
    ...(problem ? [`- ${problem.message}`] : []),
  ];
  return [`**${path.basename(file)}**`, lines.join("\n")];
}

function arrayLines(name: string, { data }: Knowledge): readonly string[] {
  for (const answer of data) {
    const found = answer?.facts?.arrays.find((array) => array.name === name);
    if (answer && found) {
      const type = typeOf(found);
      return [`\`${name}\` of ${path.basename(answer.path)}${type === "" ? "" : `: ${type}`}`];
    }
  }
  return [];
}

function weightsLines(folder: string, { reference, series }: Lookup, { weights }: Knowledge): readonly string[] {
  if (series) return seriesLines(folder, series);
  const answer = weights.get(reference.path);
  if (!answer?.facts) return answer?.problem ? [answer.problem.message] : [];
  const { format, tensors, epoch, step, learningRate } = answer.facts;
  const lines = [
    `- ${plural(tensors, "tensor")}`,
    ...(epoch === undefined ? [] : [`- Epoch: ${epoch}`]),
    ...(step === undefined ? [] : [`- Step: ${step}`]),
    ...(learningRate === undefined ? [] : [`- Learning rate: ${learningRate}`]),
    ...(answer.problem ? [`- ${answer.problem.message}`] : []),
  ];
  return [`**${path.basename(reference.path)}**, ${format}`, lines.join("\n")];
}

function seriesLines(folder: string, { files, by, gaps, leftOut }: NonNullable<Lookup["series"]>): readonly string[] {
  const [first] = files;
  const last = files.at(-1);
  if (first === undefined || last === undefined) return ["No checkpoint is called so."];
  const place = (file: string): string => `\`${path.relative(folder, file).replaceAll("\\", "/")}\``;
  const lines = [
    `- First: ${place(first)}`,
    `- Last: ${place(last)}`,
    ...gaps.map(([after, before]) => `- None between ${after} and ${before}`),
    ...(leftOut.length > 0 ? [`- Left out, because their names tell no time: ${leftOut.map(place).join(", ")}`] : []),
  ];
  return [`**${plural(files.length, "checkpoint")}** in the order of their ${by}`, lines.join("\n")];
}
