/** How a line is drawn; widths and dashes in pixels. */
export interface LineStyle {
  readonly colour: string;
  readonly width: number;
  readonly dash?: readonly number[];
}

export interface TextStyle {
  /** As in CSS: "600 12px sans-serif". */
  readonly font: string;
  readonly colour: string;
  readonly align?: "left" | "center" | "right";
  /** Outline behind the letters. */
  readonly halo?: { readonly colour: string; readonly width: number };
  /** In radians, clockwise. */
  readonly angle?: number;
}

/**
 * What drawings of the surface need of a medium. Points are pairs of pixels in one flat array, of which the first
 * `count` numbers are used; whatever is drawn later lies above.
 */
export interface Pen {
  /** A filled polygon; `seam` is the width of a line of the same colour around it, which closes gaps to its neighbours. */
  fill(points: ArrayLike<number>, count: number, colour: string, seam?: number): void;
  /** Many rings filled as one shape: where two overlap there is a hole. */
  fillRings(rings: readonly ArrayLike<number>[], colour: string, seam?: number): void;
  line(points: ArrayLike<number>, count: number, style: LineStyle): void;
  circle(x: number, y: number, radius: number, style: { readonly fill?: string; readonly line?: LineStyle }): void;
  /** Text whose middle is at `y`. */
  text(text: string, x: number, y: number, style: TextStyle): void;
  /** A box with colours from left to right. */
  shades(x: number, y: number, width: number, height: number, colours: readonly string[]): void;
}
