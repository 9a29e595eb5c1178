import type { Problem } from "../../../server/protocol/problem";
import type { AnswerMessage, AskMessage, AskName, Asks } from "../../../webview/protocol/asks";
import type { Story } from "./stories";

/** What a host of a test answers, by the name of the question: a result, or a problem. */
export type Answers = {
  readonly [K in AskName]?: (params: Asks[K]["params"]) => Asks[K]["result"] | { readonly problem: Problem };
};

/** The answer of a story's host to a question, if it has one. */
export function answerOf({ answers }: Story, { id, ask, params }: AskMessage): AnswerMessage | undefined {
  const answer = answers?.[ask] as
    ((params: unknown) => Asks[AskName]["result"] | { readonly problem: Problem }) | undefined;
  if (!answer) return undefined;
  const result = answer(params);
  return typeof result === "object" && result !== null && "problem" in result && !("header" in result)
    ? { kind: "answer", id, problem: result.problem as Problem }
    : { kind: "answer", id, result: result as Asks[AskName]["result"] };
}
