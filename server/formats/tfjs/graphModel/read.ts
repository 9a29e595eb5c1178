import { corrupt, unsupported } from "../../../files/faults";
import { graphOf } from "../../../graph/build";
import type { Graph } from "../../../graph/graph";
import type { Tensor } from "../../../graph/tensor";
import { withoutDeadNodes } from "../../../graph/topology";
import { Emitter } from "../../keras/emitter";
import { refusingOf } from "../../keras/refusal";
import { findParameters } from "../../onnx/parameters";
import { exportAdvice } from "../advice";
import type { JsonObject } from "../json";
import type { Weights } from "../weights";
import { batchNormalisationAt, emitBatchNormalisation } from "./batchNormalisation";
import { Call, Unsupported } from "./call";
import { readConstants } from "./constant";
import { nodesFor, readNodes, type Reference, type TfNode } from "./graphDef";
import { translations } from "./operators/table";
import { inputInfo, inputValue, outputInfo } from "./ports";
import { signatureOf, type Signature } from "./signature";
import { constantValue, type Value } from "./value";

/**
 * A graph model of TensorFlow.js as a graph of ONNX operators. Its constants of real numbers that the network computes
 * with are parameters, named by their nodes, in TensorFlow's own layout. The final activation and open batch stay.
 *
 * @param content of the `model.json`, with the signature.
 * @param graphDef the GraphDef in it.
 * @param model path of the file, for messages.
 * @throws ProblemError `file-corrupt` or `file-unsupported`.
 */
export async function readGraphModel(
  content: JsonObject,
  graphDef: JsonObject,
  weights: Weights,
  model: string,
): Promise<Graph> {
  const nodes = readNodes(graphDef, model);
  const signature = signatureOf(content, nodes);
  if (signature.outputs.length === 0) throw corrupt(model, "has no operators");
  const ends = signature.outputs.map(({ value }) => value);
  const needed = nodesFor(ends, nodes, model);
  refuseUnknown(needed, signature, model);
  const constants = await readConstants(needed, weights, model);
  return refusingOf(model, () => new Translator(needed, signature, constants, model).graph());
}

/** Tells of every operator that is not known at once. */
function refuseUnknown(needed: readonly TfNode[], { inputs }: Signature, model: string): void {
  const given = new Set(inputs.map(({ value }) => value.node));
  const others = needed.filter(({ op, name }) => op !== "Const" && !given.has(name));
  const names = [...new Set(others.map(({ op }) => op).filter((op) => !Object.hasOwn(translations, op)))];
  if (names.length === 0) return;
  const [what, are] = names.length === 1 ? ["the TensorFlow operator", "is"] : ["the TensorFlow operators", "are"];
  throw unsupported(model, `has ${what} ${names.join(", ")}, which ${are} not supported`, exportAdvice, names);
}

/** Translates nodes one after the other, each after its inputs. */
class Translator {
  private readonly emit = new Emitter();
  /** Outputs by the names of nodes. */
  private readonly values = new Map<string, readonly Value[]>();
  private readonly nodes: ReadonlyMap<string, TfNode>;
  /** How often each value is used, as an output of the model too. */
  private readonly uses = new Map<string, number>();

  constructor(
    private readonly needed: readonly TfNode[],
    private readonly signature: Signature,
    private readonly constants: ReadonlyMap<string, Tensor>,
    private readonly model: string,
  ) {
    this.nodes = new Map(needed.map((node) => [node.name, node]));
    const used = [...needed.flatMap(({ inputs }) => inputs), ...signature.outputs.map(({ value }) => value)];
    for (const reference of used) this.uses.set(keyOf(reference), (this.uses.get(keyOf(reference)) ?? 0) + 1);
  }

  graph(): Graph {
    const { emit, signature, values, model } = this;
    for (const name of this.constants.keys()) emit.declare(name);
    const inputs = signature.inputs.map((port) => {
      const { node } = port.value;
      const info = inputInfo(port, this.nodes.get(node), emit.declare(node), model);
      values.set(node, [inputValue(emit, info)]);
      return info;
    });
    for (const node of this.needed) if (!values.has(node.name)) values.set(node.name, this.translated(node));
    const outputs = signature.outputs.map(({ value }) => outputInfo(emit, this.find(value)));
    const { nodes, constants } = emit;
    return findParameters(withoutDeadNodes(graphOf({ name: "model", inputs, outputs, nodes, constants })));
  }

  private translated(node: TfNode): readonly Value[] {
    const { emit, constants } = this;
    const tensor = constants.get(node.name);
    if (tensor) return [constantValue(emit, node.name, tensor)];
    emit.begin(node.name);
    const normalised = this.batchNormalised(node);
    if (normalised) return [normalised];
    const inputs = node.inputs.map((reference) => this.find(reference));
    const usedOnce = (position: number): boolean => this.uses.get(keyOf(node.inputs[position]!)) === 1;
    try {
      const made = translations[node.op]!(new Call(node, emit, inputs, usedOnce));
      return Array.isArray(made) ? (made as readonly Value[]) : [made as Value];
    } catch (error) {
      if (!(error instanceof Unsupported)) throw error;
      const found = `has the node ${node.name} of the TensorFlow operator ${error.message}, which is not supported`;
      throw unsupported(this.model, found, exportAdvice);
    }
  }

  private batchNormalised(node: TfNode): Value | undefined {
    const found = batchNormalisationAt(node, this.nodes, this.constants);
    if (!found) return undefined;
    const x = this.find(found.x);
    const channels = this.constants.get(found.offset)!.shape[0]!;
    return x.rank > 1 && x.shape.at(-1) === channels
      ? emitBatchNormalisation(this.emit, x, found, channels)
      : undefined;
  }

  private find({ node, output }: Reference): Value {
    const value = this.values.get(node)?.[output];
    if (value) return value;
    throw unsupported(
      this.model,
      `uses the output ${output} of the node ${node}, which is not supported`,
      exportAdvice,
    );
  }
}

function keyOf({ node, output }: Reference): string {
  return `${node}:${output}`;
}
