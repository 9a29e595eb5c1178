import type { Graph } from "../../graph/graph";
import { ProblemError, toProblem } from "../../protocol/problem";
import type { EngineReport } from "../../protocol/result";
import type { ProviderName } from "../../protocol/study";
import type { Engine } from "../engine";

/** What people call ONNX Runtime on each processor. */
export const providerLabels: Readonly<Record<ProviderName, string>> = {
  cpu: "ONNX Runtime",
  webgpu: "ONNX Runtime on WebGPU",
  cuda: "ONNX Runtime on CUDA",
  dml: "ONNX Runtime on DirectML",
  coreml: "ONNX Runtime on Core ML",
};

/** Processors other than the CPU that ONNX Runtime can be told to compute on, by its own names, the fastest first. */
const known: readonly ProviderName[] = ["cuda", "dml", "coreml", "webgpu"];

/**
 * Providers that this build of ONNX Runtime knows, beside the CPU. Whether there is a device and a driver for one is found
 * out by using it.
 * @returns none when ONNX Runtime itself is not there.
 */
export async function listedProviders(): Promise<readonly ProviderName[]> {
  try {
    const { listSupportedBackends } = await import("onnxruntime-node");
    const listed = new Set(listSupportedBackends().map(({ name }) => name));
    return known.filter((name) => listed.has(name));
  } catch {
    return [];
  }
}

/**
 * Refuses a processor for which there is no device or no driver.
 * @param graph any that ONNX Runtime knows.
 * @throws ProblemError `engine-unavailable`
 */
export async function requireDevice(engine: Engine, provider: ProviderName, graph: Graph): Promise<void> {
  try {
    await (await engine.compile(graph)).dispose();
  } catch (error) {
    const reason = toProblem(error).message.replace("ONNX Runtime rejected the model: ", "");
    throw new ProblemError({
      reason: "engine-unavailable",
      title: "This processor is not available",
      message: `${providerLabels[provider]} is not available: ${reason}`,
      advice: "Install the device's driver, or let ONNX Runtime compute on the CPU.",
    });
  }
}

/** What to tell of a processor whose driver ended the process that tried it. */
export function stoppedProvider(provider: ProviderName): EngineReport {
  const detail = "The process that tried it stopped: its driver is broken.";
  return { name: "onnxruntime", label: providerLabels[provider], state: "wrong", detail };
}
