import path from "node:path";
import { isFloating } from "../../graph/elements";
import type { Graph, GraphNode } from "../../graph/graph";
import { ProblemError } from "../../protocol/problem";

/** Operators that compute with integer weights, of ONNX's own domain and of ONNX Runtime's. */
const withIntegers =
  /^(QLinear(Conv|MatMul)|ConvInteger|MatMulInteger\w*|DynamicQuantize(MatMul|LSTM)|QAttention|QGemm|QMoE|QOrdered\w+|QEmbedLayerNormalization|MatMul(NBits|Bnb4|Fp8)|GatherBlockQuantized)$/;

/**
 * Refuses a model whose weights are stored as integers: between two of them there is no weight, and so no surface.
 * @throws ProblemError `file-unsupported` that names the operators and what to do.
 */
export function refuseQuantised(graph: Graph, file: string): void {
  const stored = new Set(
    [...graph.constants]
      .flatMap(([name, { dtype }]) => (isFloating(dtype) ? [] : [name]))
      .concat(
        // Elements of fewer than eight bits are none of our types: they stay in nodes.
        graph.nodes.flatMap(({ op, outputs }) => (op === "Constant" ? outputs : [])),
      ),
  );
  const isDequantised = ({ op, inputs }: GraphNode): boolean =>
    op === "DequantizeLinear" && stored.has(inputs[0] ?? "");
  const found = graph.nodes.filter((node) => withIntegers.test(node.op) || isDequantised(node));
  if (found.length === 0) return;
  const operators = [...new Set(found.map(({ op }) => op))];
  throw new ProblemError({
    reason: "file-unsupported",
    title: "The model is quantised",
    message:
      `${path.basename(file)} keeps weights as integers (${operators.join(", ")}); ` +
      "floating-point weights were expected, which can be moved by any amount.",
    advice: "Open the model from before its quantisation, in float32 or float16.",
    file,
    facts: operators,
  });
}
