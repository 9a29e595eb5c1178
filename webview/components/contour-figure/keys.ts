/** What a key means on a figure. */
export type FigureIntent =
  | { readonly kind: "move"; readonly columns: number; readonly rows: number }
  | { readonly kind: "home" }
  | { readonly kind: "pin" }
  | { readonly kind: "free" }
  | { readonly kind: "zoom"; readonly factor: number }
  | { readonly kind: "reset" }
  | { readonly kind: "measure" }
  | { readonly kind: "centre" }
  | { readonly kind: "copy" };

type Key = Pick<KeyboardEvent, "key" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">;

const arrows: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** The intent of a key, if it has one; everything else is left to the page. */
export function figureIntent(event: Key): FigureIntent | undefined {
  if (event.ctrlKey || event.metaKey) return event.key.toLowerCase() === "c" ? { kind: "copy" } : undefined;
  if (event.altKey) return undefined;
  const arrow = arrows[event.key];
  if (arrow) {
    const steps = event.shiftKey ? 10 : 1;
    return { kind: "move", columns: arrow[0] * steps, rows: arrow[1] * steps };
  }
  switch (event.key) {
    case "Home":
      return { kind: "home" };
    case "Enter":
      return { kind: "pin" };
    case "Escape":
      return { kind: "free" };
    case "+":
    case "=":
      return { kind: "zoom", factor: 0.5 };
    case "-":
      return { kind: "zoom", factor: 2 };
    case "m":
    case "M":
      return { kind: "measure" };
    case "c":
    case "C":
      return { kind: "centre" };
    case "0":
      return { kind: "reset" };
    default:
      return undefined;
  }
}
