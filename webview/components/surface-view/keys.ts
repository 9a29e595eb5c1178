/** What a key means on the surface. */
export type SurfaceIntent =
  | { readonly kind: "rotate"; readonly yaw: number; readonly pitch: number }
  | { readonly kind: "zoom"; readonly factor: number }
  | { readonly kind: "reset" }
  | { readonly kind: "free" }
  | { readonly kind: "copy" };

type Key = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">;

/** Radians of one press. */
const step = 0.08;

const arrows: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-step, 0],
  ArrowRight: [step, 0],
  ArrowUp: [0, step],
  ArrowDown: [0, -step],
};

/** The intent of a key, if it has one; everything else is left to the page. */
export function surfaceIntent(event: Key): SurfaceIntent | undefined {
  if (event.ctrlKey || event.metaKey) return event.key.toLowerCase() === "c" ? { kind: "copy" } : undefined;
  if (event.altKey) return undefined;
  const arrow = arrows[event.key];
  if (arrow) return { kind: "rotate", yaw: arrow[0], pitch: arrow[1] };
  switch (event.key) {
    case "+":
    case "=":
      return { kind: "zoom", factor: 1.25 };
    case "-":
      return { kind: "zoom", factor: 0.8 };
    case "0":
      return { kind: "reset" };
    case "Escape":
      return { kind: "free" };
    default:
      return undefined;
  }
}
