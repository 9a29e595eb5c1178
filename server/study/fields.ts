import type { ASTNode } from "vscode-json-languageservice";
import { studySchema } from "./schema";
import type { StudySchema } from "./schemaNodes";

/** Keys and indices that lead from the root of the file to a value. */
export type FieldPath = readonly (string | number)[];

/** What the schema says of a field; undefined when there is no such field. */
export function schemaAt(field: FieldPath): StudySchema | undefined {
  let schema: StudySchema | undefined = studySchema;
  for (const step of field) {
    if (typeof step === "number") schema = schema?.items;
    else {
      const others: StudySchema["additionalProperties"] = schema?.additionalProperties;
      schema = schema?.properties?.[step] ?? (typeof others === "object" ? others : undefined);
    }
  }
  return schema;
}

/** What the schema says of a value that is there: a string may stand for a whole object. */
export function schemaOf(node: ASTNode): StudySchema | undefined {
  const schema = schemaAt(fieldOf(node));
  return node.type === "string" && schema?.then !== undefined ? schema.then : schema;
}

/** Where a node stands. A property and its key stand where its value does. */
export function fieldOf(node: ASTNode): FieldPath {
  if (node.type === "property") return [...fieldOf(node.parent as ASTNode), node.keyNode.value];
  const { parent } = node;
  if (parent === undefined) return [];
  if (parent.type === "array") return [...fieldOf(parent), parent.items.indexOf(node)];
  return fieldOf(parent);
}

/** The value of a field. */
export function nodeAt(root: ASTNode | undefined, field: FieldPath): ASTNode | undefined {
  return field.reduce(childOf, root);
}

/** The value of a field, or of the nearest enclosing one that is there. */
export function nearestTo(root: ASTNode | undefined, field: FieldPath): ASTNode | undefined {
  let node = root;
  for (const step of field) {
    const next = childOf(node, step);
    if (next === undefined) return node;
    node = next;
  }
  return node;
}

function childOf(node: ASTNode | undefined, step: string | number): ASTNode | undefined {
  if (typeof step === "number") return node?.type === "array" ? node.items[step] : undefined;
  if (node?.type !== "object") return undefined;
  return node.properties.find(({ keyNode }) => keyNode.value === step)?.valueNode;
}

/** `grid.x[0]` for ["grid", "x", 0]. */
export function nameOf(field: FieldPath): string {
  return field.reduce<string>((name, step) => {
    if (typeof step === "number") return `${name}[${step}]`;
    return name === "" ? step : `${name}.${step}`;
  }, "");
}

/** The plain value of a node. */
export function valueOf(node: ASTNode): unknown {
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
