import type { EngineReport } from "../protocol/result";
import { stoppedProvider } from "../engines/onnxruntime/providers";
import { toProblem } from "../protocol/problem";
import type { EngineName, ProviderName } from "../protocol/study";
import { askOnce } from "./process";
import type { AskOptions } from "./process";

/**
 * What engines this machine has, and on which processors beside the CPU: found, self-tested, and why not; found out in
 * processes of their own, because a broken driver ends the one that tries it.
 */
export async function enginesInProcess(options: AskOptions = {}): Promise<readonly EngineReport[]> {
  const { engines, providers } = await askOnce({ kind: "engines" }, options);
  const reports = [...engines];
  for (const provider of providers) reports.push(await providerInProcess(provider, options));
  return reports;
}

async function providerInProcess(provider: ProviderName, options: AskOptions): Promise<EngineReport> {
  try {
    return (await askOnce({ kind: "provider", provider }, options)).report;
  } catch (error) {
    if (toProblem(error).reason !== "evaluator-lost") throw error;
    return stoppedProvider(provider);
  }
}

/**
 * How an engine is that is loaded from one folder, and from no other: tested in a process of its own.
 * @throws ProblemError when that process ends before it can tell.
 */
export async function engineInFolder(
  only: EngineName,
  folder: string,
  options: AskOptions = {},
): Promise<EngineReport> {
  const { engines } = await askOnce({ kind: "engines", only, folder }, options);
  return engines[0]!;
}
