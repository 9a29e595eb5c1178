import { ints } from "../../../graph/build";
import type { GraphNode } from "../../../graph/graph";
import type { Emitter } from "../../keras/emitter";
import { KerasValue, type Extent } from "../../keras/value";
import type { Value } from "./value";

/** How images are divided into smaller ones of every `block`-th pixel. */
export interface Division {
  /** One entry for each spatial axis, as are the pads. */
  readonly block: readonly number[];
  /** Elements added before and after, or cut off when the parts are put together again. */
  readonly pads: readonly (readonly [before: number, after: number])[];
}

/** Images whose every b-th pixels are samples of their own. */
export class DividedImages extends KerasValue {
  constructor(
    name: string,
    shape: readonly Extent[],
    readonly source: Value,
    readonly division: Division,
  ) {
    super(name, shape);
  }
}

/** The convolution of divided images, which is a dilated one of the whole images. */
export class DividedConvolution extends KerasValue {
  /**
   * @param result the convolution as it is written.
   * @param made the operator that it was written as, with channels first.
   */
  constructor(
    result: Value,
    private readonly images: DividedImages,
    private readonly made: GraphNode,
  ) {
    super(result.name, result.shape, { order: result.order });
  }

  get division(): Division {
    return this.images.division;
  }

  /**
   * The dilated convolution of the whole images.
   * @param crops what is cut off at the borders when the parts are put together again.
   * @returns undefined when more is cut off than was added.
   */
  dilated(emit: Emitter, crops: Division["pads"]): Value | undefined {
    const { source, division } = this.images;
    const { block, pads } = division;
    const left = pads.map(([before, after], k) => [before - crops[k]![0], after - crops[k]![1]] as const);
    if (left.flat().some((n) => n < 0) || this.order.length !== block.length + 2) return undefined;
    const attributes = {
      ...this.made.attributes,
      dilations: ints(...block),
      pads: ints(...left.map(([before]) => before), ...left.map(([, after]) => after)),
    };
    const [, ...weights] = this.made.inputs;
    const name = emit.op("Conv", [emit.arranged(source, this.order), ...weights], attributes);
    const spatial = this.order.slice(2);
    const shape = this.shape.map((extent, axis) => {
      const k = spatial.indexOf(axis);
      if (k < 0) return axis === 0 ? source.shape[0]! : extent;
      return extent! * block[k]! - crops[k]![0] - crops[k]![1];
    });
    return emit.value(name, shape, { order: this.order });
  }
}
