import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openModel } from "../../server/formats/open";
import { canonicalise } from "../../server/graph/canonical/canonical";
import { lossInputs, withLoss } from "../../server/graph/differentiate/loss";
import { toInference } from "../../server/graph/inference";
import { Derivatives, random, real } from "./derivatives";
import { tensorOf } from "./operatorCase";

/** One batch in inference mode, from PyTorch. */
export interface ExportedSample {
  readonly input: { readonly shape: number[]; readonly dtype: "float32" | "int64"; readonly values: number[] };
  readonly output: { readonly shape: number[]; readonly values: number[] };
}

const folder = join(__dirname, "..", "fixtures", "onnx");
const samples = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as Readonly<
  Record<string, ExportedSample>
>;

/** The models of `test/fixtures/onnx`: convolutions, LSTM and GRU, a transformer, tied embeddings. */
export const exportedModels: readonly string[] = Object.keys(samples);

export function exportedSample(name: string): ExportedSample {
  return samples[name]!;
}

/** The targets of the loss, in [−1, 1]. */
export function targetsOf({ output }: ExportedSample): Float64Array {
  return random(output.shape, 1).data as Float64Array;
}

/** The mean squared error of an exported model against random targets, by all parameters but running statistics. */
export async function lossOfExported(name: string): Promise<Derivatives> {
  const sample = exportedSample(name);
  const { input, output } = sample;
  const graph = toInference((await openModel(join(folder, `${name}.onnx`))).graph);
  const fed = graph.inputs[0]!.name;
  const loss = withLoss(canonicalise(graph, { [fed]: input.shape }), { name: "meanSquaredError" });
  const batch = output.shape[0]!;
  const feeds = {
    [fed]: tensorOf(input.values, input.shape, input.dtype),
    [lossInputs.targets]: real(output.shape, targetsOf(sample)),
    [lossInputs.weights]: real([batch], new Float64Array(batch).fill(1 / batch)),
  };
  const chosen = graph.parameters.filter(({ role }) => role !== "mean" && role !== "variance");
  return new Derivatives(
    loss,
    feeds,
    chosen.map((parameter) => parameter.name),
  );
}
