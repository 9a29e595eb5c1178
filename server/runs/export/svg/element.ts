import type { Box } from "../../../drawing/box";

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Characters that XML 1.0 has no way to write, halves of pairs among them. */
const unwritable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]/gu;

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text that is safe between tags and between quotes, in XML and in HTML. */
export function escaped(text: string): string {
  return text.replace(unwritable, "\ufffd").replace(/[&<>"']/g, (character) => entities[character]!);
}

/** An element; attributes are escaped, `undefined` ones left out. Children are markup already. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? numberText(value) : escaped(value!)}"`)
    .join("");
  return children.length > 0 ? `<${name}${written}>${children.join("")}</${name}>` : `<${name}${written}/>`;
}

/** A coordinate with two decimals at most. */
export function numberText(value: number): string {
  return String(Math.round(value * 100) / 100 + 0);
}

export function group(attributes: Attributes, ...children: readonly string[]): string {
  return children.some((child) => child !== "") ? element("g", attributes, ...children) : "";
}

export function line(x1: number, y1: number, x2: number, y2: number, attributes: Attributes): string {
  return element("line", { x1, y1, x2, y2, ...attributes });
}

export function rect(box: Box, attributes: Attributes): string {
  const { x, y, width, height } = box;
  return element("rect", { x, y, width, height, ...attributes });
}

/** Path data of polylines (x0, y0, x1, y1, …); closed ones end with Z. */
export function pathData(polylines: readonly ArrayLike<number>[], closed = false): string {
  return polylines
    .map((points) => {
      let data = "";
      for (let k = 0; k + 1 < points.length; k += 2) {
        data += `${k === 0 ? "M" : "L"}${numberText(points[k]!)} ${numberText(points[k + 1]!)}`;
      }
      return closed ? `${data}Z` : data;
    })
    .join("");
}
