import os from "node:os";
import { Evaluator } from "./evaluator";
import type { EvaluatorRequest, EvaluatorResponse } from "./messages";

/** Entry of the evaluator process: answers the requests of its parent, one after the other, until the parent is gone. */
const evaluator = new Evaluator();
let last: Promise<void> = Promise.resolve();

function send(response: EvaluatorResponse): void {
  // When the parent is gone there is nobody to tell, and "disconnect" ends this process.
  process.send?.(response, undefined, undefined, () => {});
}

try {
  // The editor's own processes go first when the machine is busy.
  os.setPriority(5);
} catch {
  // Not every system allows it; the work is the same.
}

process.on("message", (message) => {
  last = last.then(async () => {
    send(await evaluator.answer(message as EvaluatorRequest));
  });
});
// Ctrl-C in a terminal reaches every process of the group; the parent decides what it means.
process.on("SIGINT", () => {});
process.on("disconnect", () => process.exit(0));
