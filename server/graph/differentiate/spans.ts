import { spanOf, type Span } from "../canonical/spans";
import type { GraphNode } from "../graph";
import { integersIn } from "./constants";
import type { Builder } from "./rule";
import { axisOf, range } from "./shapes";

/** What a Slice takes along one of its axes. */
export interface AxisSpan extends Span {
  readonly axis: number;
}

/**
 * What a Slice takes along each of its axes.
 * @throws Error when a bound is not a constant: the node is not canonical.
 */
export function spansOf(build: Builder, node: GraphNode): readonly AxisSpan[] {
  const integers = (position: number): number[] | undefined => {
    const name = node.inputs[position];
    if (!name) return undefined;
    const tensor = build.constantOf(name);
    if (!tensor) throw new Error(`${node.op} (${node.name}) has bounds that are not constant.`);
    return integersIn(tensor);
  };
  const { shape } = build.typeOf(node.inputs[0]!);
  const starts = integers(1) ?? [];
  const ends = integers(2) ?? [];
  const axes = integers(3) ?? range(starts.length);
  const steps = integers(4) ?? starts.map(() => 1);
  return axes.map((given, k) => {
    const axis = axisOf(given, shape.length);
    return { axis, ...spanOf(shape[axis]!, starts[k]!, ends[k]!, steps[k]!) };
  });
}
