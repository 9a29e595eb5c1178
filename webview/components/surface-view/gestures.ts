import type { Camera } from "../../charts/surface/camera";
import { magnified, rotated, shifted } from "../../charts/surface/camera";

/** Pixels of a drag for one radian. */
const perRadian = 180;
/** A shorter drag is a click. */
const smallestDrag = 4;

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Turns what pointers do into cameras: one turns (or shifts, with Shift or the right button), two zoom and shift. */
export class Gestures {
  #pointers = new Map<number, Place>();
  #shifts = false;
  #travelled = 0;

  get active(): boolean {
    return this.#pointers.size > 0;
  }

  press(id: number, at: Place, shifts: boolean): void {
    if (this.#pointers.size === 0) {
      this.#travelled = 0;
      this.#shifts = shifts;
    }
    this.#pointers.set(id, at);
  }

  /** The camera after a pointer has moved; `scale` is pixels per unit of the camera's shift. */
  move(id: number, at: Place, camera: Camera, scale: number): Camera | undefined {
    const before = this.#pointers.get(id);
    if (!before) return undefined;
    this.#pointers.set(id, at);
    const [dx, dy] = [at.x - before.x, at.y - before.y];
    this.#travelled += Math.hypot(dx, dy);
    if (this.#pointers.size > 1) return this.#pinch(id, before, at, camera, scale);
    if (!this.dragged) return undefined;
    return this.#shifts ? shifted(camera, dx / scale, -dy / scale) : rotated(camera, dx / perRadian, dy / perRadian);
  }

  #pinch(id: number, before: Place, at: Place, camera: Camera, scale: number): Camera {
    const [, other] = [...this.#pointers].find(([key]) => key !== id)!;
    const apart = (place: Place) => Math.max(1, Math.hypot(place.x - other.x, place.y - other.y));
    const zoomed = magnified(camera, apart(at) / apart(before));
    return shifted(zoomed, (at.x - before.x) / 2 / scale, -(at.y - before.y) / 2 / scale);
  }

  /** Whether the pointers have moved far enough not to mean a click. */
  get dragged(): boolean {
    return this.#travelled >= smallestDrag;
  }

  release(id: number): void {
    this.#pointers.delete(id);
  }

  clear(): void {
    this.#pointers.clear();
  }
}
