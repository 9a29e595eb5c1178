import { ProblemError } from "../../../server/protocol/problem";
import type { Problem } from "../../../server/protocol/problem";
import type { AskName, AnswerMessage } from "../../../webview/protocol/asks";
import type { AskContext, AskHandler } from "./ask";
import { commandLine } from "./command-line";
import { exportData } from "./export";
import { foresee } from "./foresee";
import { foreseePlane } from "./foresee-plane";
import { pickModels } from "./pick-models";
import { run } from "./run";
import { runs } from "./runs";
import { savePicture } from "./save-picture";
import { splits } from "./splits";
import { weights } from "./weights";

/** Who answers what; a question of a name that is not here is refused. */
const handlers: { readonly [K in AskName]?: AskHandler<K> } = {
  "command-line": commandLine,
  export: exportData,
  foresee,
  "foresee-plane": foreseePlane,
  "pick-models": pickModels,
  run,
  runs,
  "save-picture": savePicture,
  splits,
  weights,
};

/**
 * Answers a question of the page, whatever it may have sent: a problem takes the place of a result.
 * @param fault tells of an error that is none of the user's.
 */
export async function answerAsk(
  message: { readonly id: number; readonly ask: string; readonly params: unknown },
  context: AskContext,
  fault: (error: unknown) => Problem,
): Promise<AnswerMessage> {
  const { id, ask, params } = message;
  const handler = Object.hasOwn(handlers, ask) ? (handlers[ask as AskName] as AskHandler<AskName>) : undefined;
  const known = handler?.read(params);
  try {
    if (handler === undefined || known === undefined) throw new Error(`The panel asked "${ask}" in an unknown way`);
    return { kind: "answer", id, result: await handler.answer(known, context) };
  } catch (error) {
    return { kind: "answer", id, problem: error instanceof ProblemError ? error.problem : fault(error) };
  }
}
