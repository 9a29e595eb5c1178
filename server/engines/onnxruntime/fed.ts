import type * as Ort from "onnxruntime-node";
import { isFloating } from "../../graph/elements";
import { writeValues, type Fill, type ParameterValues } from "../../graph/fill";
import type { Graph, Parameter } from "../../graph/graph";
import { toFloat16 } from "../../graph/half";
import { serialise } from "../../graph/onnxBytes";
import type { DataType, Tensor, TensorData } from "../../graph/tensor";
import type { Executable } from "../engine";
import type { SessionPlace } from "./options";
import { GraphSession } from "./session";
import { toOrt } from "./tensors";

/** A parameter's present values, as they are fed. */
interface Held {
  readonly dtype: DataType;
  readonly data: TensorData;
  readonly tensor: Ort.Tensor;
}

/**
 * A model whose weights are inputs of its session, which is made once. New weights cost a copy; in turn ONNX Runtime can
 * neither fold nor lay out weights in advance.
 */
export class FedExecutable implements Executable {
  private readonly session: GraphSession;
  private readonly held: ReadonlyMap<string, Held>;
  private readonly feeds: Readonly<Record<string, Ort.Tensor>>;

  /**
   * @param onDispose is told when this is disposed of.
   * @throws Error when a parameter is of a type that cannot be fed.
   */
  constructor(
    ort: typeof Ort,
    graph: Graph,
    place: SessionPlace,
    private readonly onDispose: (gone: Executable) => void,
  ) {
    const { parameters, inputs } = graph;
    const fed = parameters.map(({ value: name, tensor: { dtype, shape } }) => ({ name, dtype, shape }));
    const model = serialise({ ...graph, parameters: [], inputs: [...inputs, ...fed] });
    this.session = new GraphSession(ort, graph, model.bytes, place);
    const held = parameters.map((parameter) => [parameter, heldOf(ort, parameter)] as const);
    this.held = new Map(held.map(([{ name }, each]) => [name, each]));
    this.feeds = Object.fromEntries(held.map(([{ value }, { tensor }]) => [value, tensor]));
  }

  async prepare(): Promise<void> {
    await this.session.open();
  }

  async setParameters(values: ParameterValues): Promise<void> {
    for (const [name, data] of values) {
      const own = this.held.get(name)?.data;
      if (!own) throw new Error(`The model has no parameter ${name}.`);
      if (typeof data !== "function" && own.length !== data.length) {
        throw new Error(`${data.length} values do not fill the parameter ${name} of ${own.length} elements.`);
      }
    }
    for (const [name, data] of values) write(data, this.held.get(name)!);
  }

  run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
    return this.session.run(feeds, this.feeds);
  }

  async dispose(): Promise<void> {
    this.onDispose(this);
    await this.session.close();
  }
}

/** The pristine values in memory of their own. */
function heldOf(ort: typeof Ort, { name, tensor }: Parameter): Held {
  if (!isFloating(tensor.dtype))
    throw new Error(`The parameter ${name} is ${tensor.dtype}, which holds no real numbers.`);
  const own = { ...tensor, data: tensor.data.slice() };
  return { dtype: own.dtype, data: own.data, tensor: toOrt(ort, name, own) };
}

function write(values: Float32Array | Fill, { data, dtype }: Held): void {
  if (data instanceof Float32Array) {
    writeValues(values, data);
    return;
  }
  const single = new Float32Array(data.length);
  writeValues(values, single);
  const own = data as Float64Array | Uint16Array;
  own.set(dtype === "float16" ? Uint16Array.from(single, toFloat16) : single);
}
