import type * as vscode from "vscode";

/** What a user has chosen for a model or study, as absolute paths. */
export interface Answers {
  /** The data to measure on. */
  readonly data?: string;
  /** The model that weights belong to. */
  readonly model?: string;
}

/** The answers of one model or study, kept in the workspace so that nothing is asked twice. */
export class RememberedAnswers {
  private readonly key: string;

  constructor(
    source: vscode.Uri,
    private readonly memory: vscode.Memento,
  ) {
    this.key = `answers:${source.toString()}`;
  }

  get current(): Answers {
    const { data, model } = this.memory.get<Partial<Record<keyof Answers, unknown>>>(this.key, {});
    return { ...(typeof data === "string" ? { data } : {}), ...(typeof model === "string" ? { model } : {}) };
  }

  async add(answers: Answers): Promise<void> {
    await this.memory.update(this.key, { ...this.current, ...answers });
  }
}
