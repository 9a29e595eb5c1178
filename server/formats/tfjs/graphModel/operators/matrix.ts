import { string } from "../../../../graph/build";
import { broadcastShape } from "../../../keras/emitter";
import { plainOrder, type Extent } from "../../../keras/value";
import type { Call, Translation, Translations } from "../call";
import { activated } from "../fused";
import type { Value } from "../value";

/** The matrices with their rows and columns exchanged. */
function turned(call: Call, value: Value): Value {
  const order = [...plainOrder(value.rank).slice(0, -2), value.rank - 1, value.rank - 2];
  return call.transposed(value, order);
}

function product(call: Call, flags: readonly [string, string]): Value {
  const [a, b] = flags.map((flag, position) => {
    const value = call.input(position);
    if (value.rank < 2) throw call.refuse(`of a tensor of ${value.rank} axes`);
    return call.attributes.bool(flag) ? turned(call, value) : value;
  }) as [Value, Value];
  const batches = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const shape = [...batches, a.shape.at(-2)!, b.shape.at(-1)!];
  return call.emit.value(call.plain("MatMul", [a, b]), shape, { dtype: a.dtype });
}

const matMul = (call: Call): Value => product(call, ["transpose_a", "transpose_b"]);

const batchMatMul: Translation = (call) => product(call, ["adj_x", "adj_y"]);

const einsum: Translation = (call) => {
  const equation = call.attributes.text("equation", "").replaceAll(" ", "");
  const [terms = "", result] = spelledOut(call, equation).split("->");
  const letters = terms.split(",");
  const extents = new Map<string, Extent>();
  call.inputs.forEach((value, position) => {
    const names = [...(letters[position] ?? "")];
    if (names.length !== value.rank) throw call.refuse(`with the equation ${equation} for ${value.rank} axes`);
    names.forEach((name, axis) => {
      const known = extents.get(name);
      if (known === undefined || known === null || known === 1) extents.set(name, value.shape[axis]!);
    });
  });
  if (result === undefined || letters.length !== call.inputs.length) throw call.refuse(`with the equation ${equation}`);
  const shape = [...result].map((name) => extents.get(name) ?? null);
  return call.emit.value(call.plain("Einsum", call.inputs, { equation: string(`${terms}->${result}`) }), shape);
};

/** The equation with a letter for each axis that an ellipsis stands for. */
function spelledOut(call: Call, equation: string): string {
  if (!equation.includes("...")) return equation;
  const terms = equation.split("->")[0]!.split(",");
  const counts = terms.flatMap((term, position) => {
    if (!term.includes("...")) return [];
    return [call.input(position).rank - (term.length - 3)];
  });
  const count = counts[0]!;
  if (counts.some((other) => other !== count) || count < 0) throw call.refuse(`with the equation ${equation}`);
  const free = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"].filter((letter) => !equation.includes(letter));
  return equation.replaceAll("...", free.slice(0, count).join(""));
}

export const matrices: Translations = {
  MatMul: matMul,
  _FusedMatMul: (call) => activated(call, matMul(call)),
  BatchMatMul: batchMatMul,
  BatchMatMulV2: batchMatMul,
  BatchMatMulV3: batchMatMul,
  Einsum: einsum,
};
