import type { ParameterRole } from "../../graph/graph";
import type { Emitter } from "./emitter";
import type { Owner } from "./instance";
import { damaged, exportAdvice, Refusal } from "./refusal";
import { isJson, Settings, type Json } from "./settings";
import { KerasValue } from "./value";

/** What a layer is called with: tensors in the places that the model's description gives them, nested as it has them. */
export interface Arguments {
  readonly args: readonly unknown[];
  readonly kwargs: Json;
}

/** What a call needs of the whole model. */
export interface Context {
  readonly emit: Emitter;
  /** Keras 2 (and TensorFlow.js) or 3, where they compute differently: `hard_sigmoid`. */
  readonly generation: 2 | 3;
  /** Applies a layer that another layer wraps; see `LayerCall.wrapped`. */
  readonly lower: (call: LayerCall) => readonly KerasValue[];
}

/** One application of a layer: its settings, its inputs, its variables, and where to write its operators. */
export class LayerCall {
  /** The tensors among the arguments, in order. */
  readonly inputs: readonly KerasValue[];

  constructor(
    readonly context: Context,
    readonly className: string,
    readonly name: string,
    readonly settings: Settings,
    readonly given: Arguments,
    private readonly owner: Owner,
    /** Applies the model that the layer wraps; absent when it wraps none. */
    readonly applyInner?: (inputs: readonly KerasValue[]) => readonly KerasValue[],
  ) {
    this.inputs = [...tensorsIn(given.args), ...tensorsIn(given.kwargs)];
  }

  get emit(): Emitter {
    return this.context.emit;
  }

  /** A tensor among the arguments, as float32. @throws Refusal when there are fewer. */
  input(position = 0): KerasValue {
    return this.emit.floating(this.anyInput(position));
  }

  /** A tensor among the arguments, of whatever type it has. @throws Refusal when there are fewer. */
  anyInput(position = 0): KerasValue {
    const value = this.inputs[position];
    if (!value) throw damaged(`calls the layer ${this.name} with ${this.inputs.length} tensors`);
    return value;
  }

  /** What stands at a place of the arguments or is given by name: a tensor, a list of some, a number, …; null is absent. */
  argument(name: string, position?: number): unknown {
    const { args, kwargs } = this.given;
    return (position === undefined ? undefined : args[position]) ?? kwargs[name] ?? undefined;
  }

  /** An extent of an input that has to be known. @throws Refusal when the model leaves it open. */
  extent(axis: number, value = this.input()): number {
    const extent = value.shape.at(axis);
    if (extent === undefined) throw this.refuse(`has an input of only ${value.shape.length} axes`);
    if (extent === null) throw this.refuse("needs to know an extent of its input that the model leaves open");
    return extent;
  }

  /** See `Owner.weight`. */
  weight(name: string, shape: readonly number[], role: ParameterRole, filterAxes?: readonly number[]): string {
    return this.owner.weight(name, shape, role, filterAxes);
  }

  /** See `Owner.part`. */
  part(attribute: string, name: string): Owner {
    return this.owner.part(attribute, name);
  }

  /**
   * A call of the layer that this one wraps, e.g. of Bidirectional or TimeDistributed. `context.lower` writes it.
   * @param setting where its description stands in this layer's settings, e.g. "layer".
   * @param attribute what this layer calls it, see `Owner.part`.
   * @param name its name when it is not its own, e.g. `forward_lstm`.
   */
  wrapped(setting: string, attribute: string, inputs: readonly KerasValue[], name?: string): LayerCall {
    const description = this.settings.raw(setting);
    const config = isJson(description) ? description["config"] : undefined;
    const className = isJson(description) ? description["class_name"] : undefined;
    if (typeof className !== "string" || !isJson(config)) throw this.settings.fault(setting, "a layer");
    const own = typeof config["name"] === "string" ? config["name"] : className;
    const settings = new Settings(config, `the layer ${own} in ${this.name}`);
    const owner = this.owner.part(attribute, name ?? own);
    return new LayerCall(this.context, className, name ?? own, settings, { args: inputs, kwargs: {} }, owner);
  }

  /** The error that says what about this layer is not supported, e.g. `has data_format x`. */
  refuse(why: string): Refusal {
    return new Refusal(`has the layer ${this.name} (${this.className}), which ${why}`, exportAdvice);
  }
}

/**
 * Writes a layer's operators and returns its outputs. To add a layer, add one of these to a family's file in `layers/`
 * and list the family in `layers/table.ts`. What it may count on:
 *
 * - `call.input(k)` are the tensors that it is applied to, with Keras' shape (batch first) in whatever order the graph has
 *   them: `emit.plain(x)` is the name of the graph's value in Keras' order, `emit.arranged(x, order)` in another one.
 * - `call.settings` is its `config`, of Keras 2, Keras 3 or TensorFlow.js; defaults are those of Keras 3.
 * - `call.weight("kernel", shape, "kernel", filterAxes)` is a parameter, in Keras' order of creation and own layout.
 * - `emit.value(name, shape, {order})` says what the result is; `emit.like(x, name)` that it is as x is.
 * - A mask of a result that Keras' `compute_mask` makes is given by `emit.masked`; layers that only hand theirs on are
 *   listed in `masks.ts`.
 * - Whatever is not supported is refused: `throw call.refuse("has …")`.
 */
export type Lowering = (call: LayerCall) => KerasValue | readonly KerasValue[];

/** Lowerings by Keras' class name. */
export type Lowerings = Readonly<Record<string, Lowering>>;

/** The tensors among a call's arguments, in order. */
export function tensorsIn(value: unknown): readonly KerasValue[] {
  if (value instanceof KerasValue) return [value];
  if (Array.isArray(value)) return value.flatMap(tensorsIn);
  return isJson(value) ? Object.values(value).flatMap(tensorsIn) : [];
}
