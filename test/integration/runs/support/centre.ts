import type { Centre } from "../../../../server/evaluator/messages";
import type { Session } from "../../../../server/evaluator/session";

/** The model itself, as a session measures it. */
export async function centreOf(session: Session): Promise<Centre> {
  const answer = await session.perform({ kind: "centre" });
  if (answer.kind !== "centre") throw new Error(answer.kind);
  return answer.centre;
}
