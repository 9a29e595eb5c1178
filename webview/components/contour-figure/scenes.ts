import { keptScene, sceneInTurn, sceneOf } from "../../charts/scene";
import type { Scene, SceneChoice } from "../../charts/scene";
import type { Field } from "../../state/field";
import { largeGrid } from "../../state/large";

/** Time in one frame for a scene that is not urgent, in milliseconds: half a frame is left for everything else. */
const perFrame = 8;

/**
 * The scenes of a figure. What was asked for by the user is made at once. What only follows from more points of a large
 * run is made a little in every frame while the scene before it is still shown, so that frames keep coming while a run
 * goes on; a scene that is begun is finished, however many fields have come since.
 */
export class Scenes {
  #shown?: { readonly scene: Scene; readonly choice: SceneChoice };
  #work?: { readonly choice: SceneChoice; readonly steps: Generator<void, Scene> };

  /** @param again asks for another frame, in which `next` is called again. */
  constructor(private readonly again: () => void) {}

  /** The scene to draw in this frame. */
  next(field: Field, choice: SceneChoice): Scene {
    const known = keptScene(field, choice);
    if (known || !this.#mayWait(field, choice)) {
      this.#work = undefined;
      return this.#show(known ?? sceneOf(field, choice), choice);
    }
    const finished = this.#advance(field, choice);
    // Drawn in the next frame: this one has had its share.
    this.again();
    return finished ? this.#show(finished, choice) : this.#shown!.scene;
  }

  #show(scene: Scene, choice: SceneChoice): Scene {
    this.#shown = { scene, choice };
    return scene;
  }

  /** Whether what is shown differs from what is asked for by nothing but points that have come since. */
  #mayWait(field: Field, { scale, clip }: SceneChoice): boolean {
    if (!this.#shown || field.values.length < largeGrid) return false;
    const { scene, choice } = this.#shown;
    return (
      scene.drawable &&
      choice.scale === scale &&
      choice.clip === clip &&
      scene.field.metric === field.metric &&
      scene.field.split === field.split &&
      scene.field.x === field.x
    );
  }

  #advance(field: Field, choice: SceneChoice): Scene | undefined {
    this.#work ??= { choice, steps: sceneInTurn(field, choice) };
    const until = performance.now() + perFrame;
    do {
      const step = this.#work.steps.next();
      if (!step.done) continue;
      this.#work = undefined;
      return step.value;
    } while (performance.now() < until);
    return undefined;
  }
}
