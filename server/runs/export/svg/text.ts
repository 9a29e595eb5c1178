import { element, escaped, type Attributes } from "./element";

/** The font that PNGs are made with; where it is not installed, Verdana has nearly the same widths. */
export const fontFamily = "'DejaVu Sans', Verdana, sans-serif";

/** Advance widths of DejaVu Sans in thousandths of the font size, from the space to the tilde. */
const widths = [
  ...[318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636, 636],
  ...[636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656],
  ...[557, 863, 748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500, 500, 613],
  ...[635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818],
  ...[592, 592, 525, 636, 337, 636, 838],
];
const others: Readonly<Record<string, number>> = { "\u2212": 838, "×": 838, "±": 838, "\u00a0": 318, "·": 318, λ: 592 };
/** Greek letters, superscripts and what else there may be. */
const usual = 620;

/** Width of a text in pixels, as DejaVu Sans sets it. */
export function textWidth(text: string, size: number): number {
  let sum = 0;
  for (const character of text) sum += widths[character.charCodeAt(0) - 32] ?? others[character] ?? usual;
  return (sum * size) / 1000;
}

/** Lines no wider than `width`; a word that is wider is broken, so that nothing leaves the picture. */
export function wrapped(text: string, size: number, width: number): readonly string[] {
  const lines: string[] = [];
  let current = "";
  for (const word of text.split(" ").flatMap((long) => pieces(long, size, width))) {
    const longer = current === "" ? word : `${current} ${word}`;
    if (current !== "" && textWidth(longer, size) > width) {
      lines.push(current);
      current = word;
    } else current = longer;
  }
  return current === "" ? lines : [...lines, current];
}

function pieces(word: string, size: number, width: number): string[] {
  const found: string[] = [];
  let piece = "";
  for (const character of word) {
    if (piece !== "" && textWidth(piece + character, size) > width) {
      found.push(piece);
      piece = "";
    }
    piece += character;
  }
  return [...found, piece];
}

/** The text, or its start with an ellipsis when it is wider than `width`. */
export function shortened(text: string, size: number, width: number): string {
  if (textWidth(text, size) <= width) return text;
  const characters = [...text];
  while (characters.length > 1 && textWidth(`${characters.join("")}…`, size) > width) characters.pop();
  return `${characters.join("").trimEnd()}…`;
}

export interface TextStyle {
  readonly size: number;
  readonly fill: string;
  readonly anchor?: "start" | "middle" | "end";
  /** Centres the letters on y instead of standing them on it. */
  readonly middle?: boolean;
  /** Colour of a rim that keeps the text readable on a map, and its width. */
  readonly halo?: string;
  /** Degrees, clockwise around (x, y). */
  readonly angle?: number;
}

/**
 * A text element. Its rim is drawn below the letters, since not every renderer knows `paint-order`: a copy of the letters
 * with a stroke, and a bar through their middle, so that no line shows between them.
 */
export function text(x: number, y: number, content: string, style: TextStyle): string {
  const { size, fill, anchor = "start", middle, halo, angle } = style;
  const turn = angle ? `rotate(${angle.toFixed(1)} ${x.toFixed(2)} ${y.toFixed(2)})` : undefined;
  const base = middle ? y + size * 0.36 : y;
  const common: Attributes = {
    x,
    y: base,
    "font-size": size,
    ...(anchor === "start" ? {} : { "text-anchor": anchor }),
    transform: turn,
  };
  const letters = element("text", { ...common, fill }, escaped(content));
  if (!halo) return letters;
  const width = textWidth(content, size);
  const left = anchor === "start" ? x : anchor === "middle" ? x - width / 2 : x - width;
  const bar = { x: left, y: base - size * 0.72, width, height: size * 0.72, fill: halo, transform: turn };
  const rim = { fill: halo, stroke: halo, "stroke-width": 3, "stroke-linejoin": "round", "aria-hidden": "true" };
  return element("rect", bar) + element("text", { ...common, ...rim }, escaped(content)) + letters;
}
