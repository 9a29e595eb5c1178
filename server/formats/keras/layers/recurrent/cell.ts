import { floats, floatTensor, int, strings } from "../../../../graph/build";
import type { Attribute } from "../../../../graph/graph";
import type { LayerCall } from "../../call";
import type { Owner } from "../../instance";
import { isJson, Settings } from "../../settings";

/** What ONNX's recurrent operators want of a cell, for one direction. */
export interface CellWeights {
  /** [1, gates · units, in] */
  readonly kernel: string;
  /** [1, gates · units, units] */
  readonly recurrence: string;
  /** [1, 2 · gates · units], the input's part and the recurrence's. */
  readonly bias: string;
}

/** One step of a recurrent layer. */
export interface Cell {
  readonly operator: "RNN" | "LSTM" | "GRU";
  readonly units: number;
  /** Tensors that are remembered from step to step: h, and of an LSTM also c. */
  readonly states: 1 | 2;
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** @param width features of the input. */
  weights(width: number): CellWeights;
}

interface Kind {
  readonly operator: Cell["operator"];
  readonly gates: number;
  /** Keras' gate that stands at each of ONNX's places. */
  readonly order: readonly number[];
  /** Settings that name the gates' functions, and what they are when absent. */
  readonly functions: readonly (readonly [setting: string, otherwise: string])[];
}

/** Keras has the gates of an LSTM as i, f, c, o and ONNX as i, o, f, c; both have those of a GRU as z, r, h. */
const lstm: Kind = {
  operator: "LSTM",
  gates: 4,
  order: [0, 3, 1, 2],
  functions: [
    ["recurrent_activation", "sigmoid"],
    ["activation", "tanh"],
    ["activation", "tanh"],
  ],
};
const gru: Kind = {
  operator: "GRU",
  gates: 3,
  order: [0, 1, 2],
  functions: [
    ["recurrent_activation", "sigmoid"],
    ["activation", "tanh"],
  ],
};
const simple: Kind = { operator: "RNN", gates: 1, order: [0], functions: [["activation", "tanh"]] };

/** Cells by their class, and by that of the layer that has one. */
const kinds: Readonly<Record<string, Kind>> = {
  LSTM: lstm,
  LSTMCell: lstm,
  GRU: gru,
  GRUCell: gru,
  SimpleRNN: simple,
  SimpleRNNCell: simple,
};

/** Whether a class is a recurrent layer or a cell that is supported. */
export function isCell(className: string): boolean {
  return Object.hasOwn(kinds, className);
}

/** ONNX's function for one of Keras', with its α and β where it has them. */
interface GateFunction {
  readonly name: string;
  readonly alpha?: number;
  readonly beta?: number;
}

function functionOf(call: LayerCall, name: string): GateFunction {
  switch (name) {
    case "tanh":
      return { name: "Tanh" };
    case "sigmoid":
      return { name: "Sigmoid" };
    case "relu":
      return { name: "Relu" };
    case "softsign":
      return { name: "Softsign" };
    case "softplus":
      return { name: "Softplus" };
    case "elu":
      return { name: "Elu", alpha: 1 };
    case "leaky_relu":
      return { name: "LeakyRelu", alpha: 0.2 };
    case "linear":
      return { name: "Affine", alpha: 1, beta: 0 };
    case "hard_sigmoid":
      return { name: "HardSigmoid", alpha: call.context.generation === 2 ? 0.2 : 1 / 6, beta: 0.5 };
    default:
      throw call.refuse(`has the activation ${name}, which is not supported in recurrent layers`);
  }
}

function attributesOf(call: LayerCall, kind: Kind, settings: Settings): Readonly<Record<string, Attribute>> {
  const functions = kind.functions.map(([setting, otherwise]) => {
    const given = settings.raw(setting) ?? otherwise;
    const name = isJson(given) ? given["config"] : given;
    if (typeof name !== "string") throw call.refuse(`has a layer as its ${setting}, which is not supported`);
    return functionOf(call, name);
  });
  const alphas = functions.flatMap(({ alpha }) => alpha ?? []);
  const betas = functions.flatMap(({ beta }) => beta ?? []);
  return {
    activations: strings(...functions.map(({ name }) => name)),
    ...(alphas.length > 0 && { activation_alpha: floats(...alphas) }),
    ...(betas.length > 0 && { activation_beta: floats(...betas) }),
  };
}

/**
 * A cell whose variables are `kernel` [in, gates · units], `recurrent_kernel` [units, gates · units] and `bias`; units of a
 * gate are the kernels' filters.
 */
export function cellOf(call: LayerCall, className: string, settings: Settings, owner: Owner): Cell {
  const kind = kinds[className]!;
  const { operator, gates } = kind;
  const units = settings.integer("units");
  const isResetAfter = operator === "GRU" && settings.flag("reset_after", true);
  const attributes = {
    ...attributesOf(call, kind, settings),
    ...(isResetAfter && { linear_before_reset: int(1) }),
    hidden_size: int(units),
  };
  return {
    operator,
    units,
    states: operator === "LSTM" ? 2 : 1,
    attributes,
    weights: (width) => {
      const { emit } = call;
      const size = gates * units;
      const rows = (name: string, shape: readonly [number, number]): string => {
        const turned = emit.transposed(owner.weight(name, shape, "kernel", [1]), [1, 0]);
        return emit.op("Reshape", [inOrder(turned), emit.integers([1, size, shape[0]])]);
      };
      /** Gates in ONNX's order, along the first axis. */
      const inOrder = (value: string): string => {
        if (kind.order.every((gate, place) => gate === place)) return value;
        const parts = emit.ops("Split", [value, emit.integers(kind.order.map(() => units))], gates, { axis: int(0) });
        return emit.op(
          "Concat",
          kind.order.map((gate) => parts[gate]!),
          { axis: int(0) },
        );
      };
      const kernel = rows("kernel", [width, size]);
      const recurrence = rows("recurrent_kernel", [units, size]);
      const none = (): string => emit.constant(floatTensor([size], new Float32Array(size)));
      const flat = (): string => {
        if (!settings.flag("use_bias", true)) return emit.op("Concat", [none(), none()], { axis: int(0) });
        if (isResetAfter) return owner.weight("bias", [2, size], "bias");
        return emit.op("Concat", [inOrder(owner.weight("bias", [size], "bias")), none()], { axis: int(0) });
      };
      const bias = emit.op("Reshape", [flat(), emit.integers([1, 2 * size])]);
      return { kernel, recurrence, bias };
    },
  };
}

/**
 * The cells of a recurrent layer, the first first: one, or several on top of each other.
 * @throws Refusal for a class that is no recurrent layer, or a cell that is not known.
 */
export function cellsOf(call: LayerCall): readonly Cell[] {
  const { className, settings } = call;
  if (isCell(className)) return [cellOf(call, className, settings, call.part("cell", cellNames[className]!))];
  if (className !== "RNN") throw call.refuse("is no recurrent layer that is supported");
  const cell = described(call, settings.raw("cell"));
  const owner = call.part("cell", cell.name);
  if (cell.className !== "StackedRNNCells") return [known(call, cell, owner)];
  const list = cell.settings.raw("cells");
  if (!Array.isArray(list) || list.length === 0) throw cell.settings.fault("cells", "a list of cells");
  const counts = new Map<string, number>();
  return list.map((each: unknown) => {
    const one = described(call, each);
    const count = counts.get(one.className) ?? 0;
    counts.set(one.className, count + 1);
    const folder = cellFolders[one.className] ?? one.className;
    return known(call, one, owner.part(`cells/${folder}${count === 0 ? "" : `_${count}`}`, one.name));
  });
}

const cellNames: Readonly<Record<string, string>> = {
  LSTM: "lstm_cell",
  GRU: "gru_cell",
  SimpleRNN: "simple_rnn_cell",
};
const cellFolders: Readonly<Record<string, string>> = {
  LSTMCell: "lstm_cell",
  GRUCell: "gru_cell",
  SimpleRNNCell: "simple_rnn_cell",
};

interface Described {
  readonly className: string;
  readonly name: string;
  readonly settings: Settings;
}

function described(call: LayerCall, value: unknown): Described {
  const config = isJson(value) ? value["config"] : undefined;
  const className = isJson(value) ? value["class_name"] : undefined;
  if (typeof className !== "string" || !isJson(config)) throw call.settings.fault("cell", "a cell");
  const name = typeof config["name"] === "string" ? config["name"] : className;
  return { className, name, settings: new Settings(config, `the cell ${name} of the layer ${call.name}`) };
}

function known(call: LayerCall, { className, settings }: Described, owner: Owner): Cell {
  if (!(className in cellFolders)) throw call.refuse(`has a cell of the class ${className}, which is not supported`);
  return cellOf(call, className, settings, owner);
}
