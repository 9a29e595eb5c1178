import { int } from "../../../../graph/build";
import type { Extent } from "../../../keras/value";
import type { Call, Translation, Translations } from "../call";
import { orderWithout, reduced } from "../layout";
import { elementsOf, withElements, type Value } from "../value";

/** What whole numbers that are known become together. */
type Gathering = (all: readonly number[]) => number;

function axesOf(call: Call): readonly number[] {
  return [...new Set(call.integers(1).map((axis) => call.axis(axis)))];
}

function reduce(call: Call, op: string, value: Value): Value {
  const keep = call.attributes.bool("keep_dims") || call.attributes.bool("keepdims");
  return reduced(call, op, value, axesOf(call), keep);
}

const reduction =
  (op: string, gather?: Gathering): Translation =>
  (call) => {
    const x = call.input();
    const result = reduce(call, op, x);
    const elements = elementsOf(x);
    if (!gather || !elements || x.rank !== 1 || axesOf(call).length !== 1) return result;
    const whole: Extent = elements.includes(null) ? null : gather(elements as readonly number[]);
    return withElements(call.emit, result, [whole]);
  };

/** Of truth values: the smallest or largest as numbers. */
const logical =
  (op: string): Translation =>
  (call) =>
    call.cast(reduce(call, op, call.cast(call.input(), "int64")), "bool");

const position =
  (op: string): Translation =>
  (call) => {
    const x = call.input();
    const axis = call.axis(call.inputs.length > 1 ? call.integer(1) : 0);
    const name = call.emit.op(op, [x.name], { axis: int(x.order.indexOf(axis)), keepdims: int(0) });
    const shape = x.shape.filter((_, k) => k !== axis);
    return call.emit.value(name, shape, { dtype: "int64", order: orderWithout(x.order, [axis]) });
  };

export const reductions: Translations = {
  Mean: reduction("ReduceMean"),
  Sum: reduction("ReduceSum", (all) => all.reduce((a, b) => a + b, 0)),
  Prod: reduction("ReduceProd", (all) => all.reduce((a, b) => a * b, 1)),
  Max: reduction("ReduceMax", (all) => Math.max(...all)),
  Min: reduction("ReduceMin", (all) => Math.min(...all)),
  All: logical("ReduceMin"),
  Any: logical("ReduceMax"),
  ArgMax: position("ArgMax"),
  ArgMin: position("ArgMin"),
};
