import type { Box } from "../../../server/drawing/box";
import { dragBox, smallestDrag } from "./drag";

/** A place on the canvas, in pixels. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** What the pointers of a figure do, as told by `PointerControl`. */
export interface PointerActions {
  /** The plot and whether a part of the plane is shown, which can be moved; none before anything is drawn. */
  readonly surroundings: () => { readonly plot: Box; readonly zoomed: boolean } | undefined;
  readonly place: (event: MouseEvent) => Place;
  /** Whether something can be pointed at there. */
  readonly hits: (place: Place) => boolean;
  readonly hover: (place: Place | undefined) => void;
  readonly click: (place: Place) => void;
  /** The rectangle being dragged; none when it ends. */
  readonly dragging: (box: Box | undefined) => void;
  readonly selected: (box: Box) => void;
  /** In pixels, since the last time. */
  readonly pan: (by: Place) => void;
  /** Two fingers went apart (`factor` below 1) or together around a place. */
  readonly pinch: (factor: number, around: Place) => void;
}

const middleButton = 1;
const distance = (a: Place, b: Place) => Math.hypot(a.x - b.x, a.y - b.y);
const between = (a: Place, b: Place): Place => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });

/**
 * Pointers on a figure. A click pins. A drag selects a rectangle; with Shift, with the middle button or with one finger it
 * moves what is shown where that is a part of the plane. Two fingers zoom and move.
 */
export class PointerControl {
  #press?: { readonly start: Place; readonly kind: "select" | "pan"; at: Place; box?: Box };
  /** Fingers on the canvas, by the id of their pointer. */
  #fingers = new Map<number, Place>();

  constructor(private readonly actions: PointerActions) {}

  down(event: PointerEvent): void {
    const { place, surroundings, hits } = this.actions;
    const at = place(event);
    const around = surroundings();
    if (!around || !hits(at)) return;
    const isTouch = event.pointerType === "touch";
    if (isTouch) this.#fingers.set(event.pointerId, at);
    if (this.#fingers.size > 1) return this.#end();
    const moves = event.button === middleButton || event.shiftKey || isTouch;
    if (event.button !== 0 && event.button !== middleButton) return;
    // The middle button would scroll the page.
    if (event.button === middleButton) event.preventDefault();
    if (event.button === middleButton && !around.zoomed) return;
    this.#press = { start: at, at, kind: moves && around.zoomed ? "pan" : "select" };
    // A finger is captured by the canvas as it is.
    if (!isTouch) (event.currentTarget as Element).setPointerCapture(event.pointerId);
  }

  move(event: PointerEvent): void {
    const at = this.actions.place(event);
    if (this.#fingers.size > 1 && this.#fingers.has(event.pointerId)) return this.#pinched(event.pointerId, at);
    const press = this.#press;
    const around = this.actions.surroundings();
    if (!press || !around) return this.actions.hover(at);
    if (press.kind === "pan") {
      this.actions.pan({ x: at.x - press.at.x, y: at.y - press.at.y });
      press.at = at;
      return;
    }
    const box = dragBox(press.start, at, around.plot);
    press.box = Math.max(box.width, box.height) >= smallestDrag ? box : undefined;
    this.actions.dragging(press.box);
  }

  up(event: PointerEvent): void {
    const press = this.#press;
    this.#fingers.delete(event.pointerId);
    this.#end();
    if (!press) return;
    if (press.box) return this.actions.selected(press.box);
    // The second click of two belongs to the double click.
    if (distance(press.start, this.actions.place(event)) < smallestDrag && event.detail < 2 && event.button === 0)
      this.actions.click(press.start);
  }

  cancel(event: PointerEvent): void {
    this.#fingers.delete(event.pointerId);
    this.#end();
  }

  leave(): void {
    if (!this.#press && this.#fingers.size === 0) this.actions.hover(undefined);
  }

  #end(): void {
    this.#press = undefined;
    this.actions.dragging(undefined);
  }

  #pinched(id: number, at: Place): void {
    const other = [...this.#fingers].find(([finger]) => finger !== id)![1];
    const before = this.#fingers.get(id)!;
    this.#fingers.set(id, at);
    const [from, to] = [between(before, other), between(at, other)];
    const apart = distance(at, other);
    if (apart > 0) this.actions.pinch(distance(before, other) / apart, from);
    this.actions.pan({ x: to.x - from.x, y: to.y - from.y });
  }
}

/** Pixels of a line and of a page, for wheels that count in them. */
const wheelUnits = [1, 16, 400];
/** The most that one event may zoom, as a natural logarithm: a notch of a wheel is one event of 100 pixels or more. */
const largestWheelStep = 0.3;

/** By how much a turn of the wheel, or a pinch on a trackpad, which arrives as one, zooms: below 1 goes in. */
export function wheelFactor({ deltaY, deltaMode }: Pick<WheelEvent, "deltaY" | "deltaMode">): number {
  const step = deltaY * (wheelUnits[deltaMode] ?? 1) * 0.01;
  return Math.exp(Math.min(largestWheelStep, Math.max(-largestWheelStep, step)));
}
