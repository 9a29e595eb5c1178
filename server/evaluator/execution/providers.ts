import type { Engine } from "../../engines/engine";
import { listedProviders, providerLabels } from "../../engines/onnxruntime/providers";
import { openProvider } from "../../engines/open";
import { toProblem } from "../../protocol/problem";
import type { ProviderName } from "../../protocol/study";
import { machineText } from "./key";
import type { ExecutionMemory, RememberedProvider } from "./memory";

/** Days after which a provider that could not be used is tried again: drivers may have been installed since. */
const patience = 7;

/** What is known of providers, and what it takes to try one. */
export interface ProviderParts {
  /** Of ONNX Runtime. */
  readonly version: string;
  readonly memory: ExecutionMemory;
  readonly log: (message: string) => void;
  /** Those that may be there; what ONNX Runtime lists when absent. */
  readonly listed?: () => Promise<readonly ProviderName[]>;
  /** Opens and tests one; ONNX Runtime itself when absent. */
  readonly open?: (provider: ProviderName) => Promise<Engine>;
}

/**
 * ONNX Runtime on processors other than the CPU, each where it is found and computes correctly; the caller disposes of them.
 * That one is being tried is remembered first: when its driver ends this process, the next one knows, and lets it be.
 * Without a memory none is tried.
 */
export async function workingProviders({
  version,
  memory,
  log,
  listed = listedProviders,
  open = openProvider,
}: ProviderParts): Promise<ReadonlyMap<ProviderName, Engine>> {
  const working = new Map<ProviderName, Engine>();
  if (!memory.lasts) return working;
  for (const provider of await listed()) {
    const key = `${provider} ${version} ${machineText()}`;
    const known = await memory.provider(key);
    const reason = known && reasonAgainst(known);
    if (reason !== undefined) {
      if (known!.state === "trying" && reason === crashed) await memory.rememberProvider(key, as("stopped", crashed));
      log(`${providerLabels[provider]} is not used: ${reason}`);
      continue;
    }
    await memory.rememberProvider(key, { ...as("trying", "it is being tried"), process: process.pid });
    try {
      working.set(provider, await open(provider));
      await memory.rememberProvider(key, as("works", "its self-test passed"));
    } catch (error) {
      const { reason: kind, message } = toProblem(error);
      await memory.rememberProvider(key, as(kind === "engine-wrong" ? "wrong" : "missing", message));
      log(`${providerLabels[provider]} is not used: ${message}`);
    }
  }
  return working;
}

const crashed = "the process that tried it stopped";

function as(state: RememberedProvider["state"], detail: string): RememberedProvider {
  return { state, detail, found: new Date().toISOString() };
}

/** Why a provider is not tried now; undefined when it is. */
function reasonAgainst({ state, detail, found, process: by }: RememberedProvider): string | undefined {
  if (state === "works") return undefined;
  if (state === "trying") return by !== process.pid && isAlive(by) ? "another process is trying it" : crashed;
  const days = (Date.now() - Date.parse(found)) / 86_400_000;
  return days < patience ? detail : undefined;
}

function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
