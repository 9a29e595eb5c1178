import { ClientCapabilities, getLanguageService } from "vscode-json-languageservice";
import type { JSONSchema } from "vscode-json-languageservice";
import { studySchema } from "../study/schema";
import type { StudySchema } from "../study/schemaNodes";

/** The JSON side of study files. It knows the schema and loads none from elsewhere. */
export const jsonService = getLanguageService({ clientCapabilities: ClientCapabilities.LATEST });

jsonService.configure({
  validate: false,
  allowComments: true,
  schemas: [{ uri: "loss-landscape:study", fileMatch: ["*"], schema: suggesting(studySchema) }],
});

/**
 * The schema as completion wants it: without the fields of later versions, and with alternatives in place of a condition,
 * because the values of a condition are not offered.
 */
function suggesting(schema: StudySchema): JSONSchema {
  const { then, properties, items, additionalProperties, ...rest } = schema;
  const whole: JSONSchema = {
    ...rest,
    if: undefined,
    ...(properties ? { properties: suggestingAll(properties) } : {}),
    ...(items ? { items: suggesting(items) } : {}),
    ...(typeof additionalProperties === "object"
      ? { additionalProperties: suggesting(additionalProperties) }
      : { additionalProperties }),
  };
  if (!then) return whole;
  const { description, default: usual, ...object } = whole;
  const types = [schema.type ?? []].flat().filter((type) => type !== "string");
  return { description, default: usual, type: schema.type, anyOf: [suggesting(then), { ...object, type: types }] };
}

function suggestingAll(properties: Record<string, StudySchema>): Record<string, JSONSchema> {
  const entries = Object.entries(properties).filter(([, property]) => property.later === undefined);
  return Object.fromEntries(entries.map(([name, property]) => [name, suggesting(property)]));
}
