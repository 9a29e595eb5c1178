import type { JSONSchema } from "vscode-json-languageservice";

/** What kind of file a value names: it decides what is offered, looked up and checked. */
export type FileKind = "model" | "weights" | "data" | "checkpoint" | "checkpoints" | "log" | "directions";

/**
 * What a value names inside a file: an array or column with the samples or the labels of the data, a parameter of the
 * model, or a tensor of the checkpoints.
 */
export type InnerName = "samples" | "labels" | "parameter" | "tensor";

/** A JSON schema whose nodes also say, in words, what they want, for messages that quote what was found. */
export interface StudySchema extends JSONSchema {
  /** Completes "… must be". */
  readonly expected?: string;
  /** What holds where the value is left out, in words, where `default` cannot say it. */
  readonly otherwise?: string;
  /** What a number counts or is measured in. */
  readonly unit?: string;
  /** Set where the value is a path; "checkpoints" may have wildcards. */
  readonly file?: FileKind;
  /** Set where the value names something inside a file. */
  readonly inner?: InnerName;
  /** Set where the fields of an object are called as something inside a file. */
  readonly innerKeys?: InnerName;
  /** Set on fields of the full format that this version does not have: what they are for. */
  readonly later?: string;
  readonly properties?: Record<string, StudySchema>;
  readonly items?: StudySchema;
  readonly then?: StudySchema;
  readonly additionalProperties?: boolean | StudySchema;
}

/** A value, what it is for and what it must be. */
export function field(description: string, expected: string, schema: StudySchema): StudySchema {
  return { description, expected, errorMessage: `Expected ${expected}.`, ...schema };
}

/** One of several words; as an object, each with what it means. */
export function choice(
  description: string,
  values: readonly string[] | Readonly<Record<string, string>>,
  more: StudySchema = {},
): StudySchema {
  const words = Array.isArray(values) ? (values as readonly string[]) : Object.keys(values);
  const meanings = Array.isArray(values) ? {} : { enumDescriptions: Object.values(values) };
  const expected = `${words.length > 1 ? "one of " : ""}${words.map((value) => JSON.stringify(value)).join(", ")}`;
  return field(description, expected, { type: "string", enum: [...words], ...meanings, ...more });
}

/** A field of the full format that this version does not have. */
export function later(purpose: string): StudySchema {
  return { not: {}, later: purpose, errorMessage: `${purpose} are not available in this version.` };
}

export function integer(description: string, minimum: number, maximum: number, more: StudySchema = {}): StudySchema {
  const expected = `a whole number from ${minimum} to ${maximum}`;
  return field(description, expected, { type: "integer", minimum, maximum, ...more });
}

export function text(description: string, expected: string, more: StudySchema = {}): StudySchema {
  return field(description, expected, { type: "string", minLength: 1, ...more });
}

/** The path of a file. */
export function path(file: FileKind, what: string, expected: string, more: StudySchema = {}): StudySchema {
  return text(`Path of ${what}, relative to the study file or absolute.`, expected, { file, ...more });
}

export function object(
  description: string,
  properties: Record<string, StudySchema>,
  required?: string[],
  more: StudySchema = {},
): StudySchema {
  const expected = `an object with ${Object.keys(properties)
    .filter((name) => properties[name]?.later === undefined)
    .map((name) => JSON.stringify(name))
    .join(", ")}`;
  return { description, expected, type: "object", properties, required, additionalProperties: false, ...more };
}

/** A field that may be given by `shorthand` alone instead of an object. */
export function orShorthand(shorthand: StudySchema, whole: StudySchema): StudySchema {
  return {
    ...whole,
    type: ["string", "object"],
    if: { type: "string" },
    then: shorthand,
    expected: `${shorthand.expected}, or ${whole.expected}`,
  };
}

export function perChannel(description: string, entry: StudySchema, more: StudySchema = {}): StudySchema {
  return field(description, `${entry.expected} or a list of them, one per channel`, {
    type: ["number", "array"],
    not: entry.not,
    items: entry,
    minItems: 1,
    ...more,
  });
}

export function number(description: string, expected: string, bounds: StudySchema): StudySchema {
  return field(description, expected, { type: "number", ...bounds });
}

export function flag(description: string, more: StudySchema = {}): StudySchema {
  return field(description, "true or false", { type: "boolean", ...more });
}

export function list(description: string, expected: string, items: StudySchema, bounds: StudySchema = {}): StudySchema {
  return field(description, expected, { type: "array", items, ...bounds });
}

/** What is written for an object when its field is chosen: numbers and `^`-texts are places to go on from. */
export function snippet(body: Readonly<Record<string, unknown>>): StudySchema {
  return { defaultSnippets: [{ label: "{ … }", body }] };
}

/** A number for both axes, or one for each. */
export function orPair(description: string, entry: StudySchema, more: StudySchema = {}): StudySchema {
  return field(description, `${entry.expected} or two of them`, {
    type: ["integer", "array"],
    minimum: entry.minimum,
    maximum: entry.maximum,
    items: entry,
    minItems: 2,
    maxItems: 2,
    ...more,
  });
}
