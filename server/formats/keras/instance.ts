import type { ParameterRole } from "../../graph/graph";
import type { Tensor } from "../../graph/tensor";
import type { Emitter } from "./emitter";
import { Settings, type Json } from "./settings";
import type { Variable, WeightStore } from "./weights";

/** Where a layer stands in a model. */
export interface Place {
  /** Names of the nested models that it is in, outermost first. */
  readonly models: readonly string[];
  /** Path of its variables in a file of Keras 3, e.g. `layers/functional/layers/conv2d_1`. */
  readonly path: string;
  /** What Keras puts before its variables' names: a Sequential model's own name. */
  readonly scope: readonly string[];
}

/** A variable that became a parameter. */
export interface Found {
  readonly variable: Variable;
  /** Name of the graph's value. */
  readonly value: string;
  readonly role: ParameterRole;
  readonly filterAxes: readonly number[];
  readonly tensor: Tensor;
}

/** Something that owns variables: a layer or a part of one. */
export interface Owner {
  /**
   * A variable of the owner as a parameter; asked for again, e.g. because the layer is applied twice, it is the same.
   * Variables must be asked for in the order in which Keras creates them, and all of them: files number them.
   *
   * @param name Keras' own name of it, e.g. "kernel".
   * @param shape in Keras' own layout; the parameter keeps it, so that a Transpose leads to ONNX's (`emit.transposed`).
   * @param filterAxes axes that index the output units; all, as for biases, when absent.
   * @returns the name of the graph's value.
   * @throws Refusal when the file does not have it in this shape.
   */
  weight(name: string, shape: readonly number[], role: ParameterRole, filterAxes?: readonly number[]): string;
  /**
   * A part of the layer that has variables of its own, e.g. a cell.
   * @param attribute what the layer calls it, which is its path in files of Keras 3, e.g. "cell" or "forward_layer".
   * @param name Keras' name of it, which is in its variables' paths, e.g. "lstm_cell" or "forward_lstm".
   */
  part(attribute: string, name: string): Owner;
}

/** One layer of a model with its variables, however often it is applied. */
export class LayerInstance implements Owner {
  readonly settings: Settings;
  readonly found: Found[] = [];
  private readonly root: Owner;

  constructor(
    readonly className: string,
    readonly name: string,
    readonly config: Json,
    readonly place: Place,
    private readonly store: WeightStore,
    private readonly emit: Emitter,
  ) {
    this.settings = new Settings(config, `the layer ${name}`);
    this.root = this.owner([], place.path);
  }

  weight(name: string, shape: readonly number[], role: ParameterRole, filterAxes?: readonly number[]): string {
    return this.root.weight(name, shape, role, filterAxes);
  }

  part(attribute: string, name: string): Owner {
    return this.root.part(attribute, name);
  }

  private owner(parts: readonly string[], path: string): Owner {
    const own = new Map<string, Found>();
    const below = new Map<string, Owner>();
    return {
      weight: (name, shape, role, filterAxes = shape.map((_, axis) => axis)) => {
        const known = own.get(name);
        if (known) return known.value;
        const { models, scope } = this.place;
        const fullName = [...scope, this.name, ...parts, name].join("/");
        const variable: Variable = {
          layers: [...models, this.name],
          parts,
          name,
          fullName,
          path,
          index: own.size,
          position: this.found.length,
          shape,
        };
        const tensor = this.store.read(variable);
        const made = { variable, value: this.emit.declare(fullName), role, filterAxes, tensor };
        own.set(name, made);
        this.found.push(made);
        return made.value;
      },
      part: (attribute, name) => {
        const known = below.get(attribute) ?? this.owner([...parts, name], `${path}/${attribute}`);
        below.set(attribute, known);
        return known;
      },
    };
  }
}
