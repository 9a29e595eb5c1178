import { AskError } from "../components/ask";
import type { PanelAsk } from "../components/ask";
import type { AnswerMessage, AskMessage } from "../protocol/asks";

/** Questions that wait for their answers. */
export class Questions {
  #waiting = new Map<number, PanelAsk>();
  #last = 0;

  constructor(private readonly post: (message: AskMessage) => void) {}

  ask(question: PanelAsk): void {
    const id = ++this.#last;
    this.#waiting.set(id, question);
    this.post({ kind: "ask", id, ask: question.ask, params: question.params } as AskMessage);
  }

  /** Hands an answer to whom asked; one that nobody waits for is dropped. */
  answered(message: AnswerMessage): void {
    const question = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ("problem" in message) question?.reject(new AskError(message.problem));
    else question?.resolve(message.result);
  }
}
