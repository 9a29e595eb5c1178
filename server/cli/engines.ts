import { enginesInProcess } from "../evaluator/engines";
import { toJson, writeOutput } from "./output";
import type { Terminal } from "./terminal";
import { tableText } from "./words";

/** Lists the engines of this machine; resolves with the exit code, which is 1 when none of them works. */
export async function enginesCommand(json: string | undefined, terminal: Terminal): Promise<number> {
  const engines = await enginesInProcess({ log: terminal.log });
  if (json !== undefined) await writeOutput(json, toJson({ engines }), terminal);
  if (json !== "-") {
    const rows = engines.map(({ name, label, state, version, device, selfTestError, detail }) => [
      name,
      label,
      state,
      version ?? "",
      device ?? "",
      selfTestError === undefined ? "" : selfTestError.toExponential(1),
      detail,
    ]);
    terminal.result(tableText([["NAME", "ENGINE", "STATE", "VERSION", "DEVICE", "SELF-TEST", "WHY"], ...rows]));
  }
  return engines.some(({ state }) => state === "ready") ? 0 : 1;
}
