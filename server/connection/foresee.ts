import type { Connection } from "vscode-languageserver/node";
import { toProblem } from "../protocol/problem";
import { ForeseeRequest, SplitsRequest } from "../protocol/requests";
import type { ForeseeResult } from "../protocol/requests";
import { Foresight } from "../requests/change";
import { splitsOffered } from "../requests/splits";
import type { Log } from "./log";

/** Answers what changed runs would be, and which splits they might measure. A change that makes no sense is nothing to log: it is being typed. */
export function registerForesight(connection: Connection, log: Log): void {
  const foresight = new Foresight((message) => log.info(message));
  connection.onRequest(ForeseeRequest, async (params): Promise<ForeseeResult> => {
    try {
      return await foresight.foresee(params);
    } catch (error) {
      const problem = toProblem(error);
      if (problem.reason === "internal") log.problem("Looking ahead", problem, error);
      return { kind: "problem", problem };
    }
  });
  connection.onRequest(SplitsRequest, ({ study }) => splitsOffered(study, (message) => log.info(message)));
}
