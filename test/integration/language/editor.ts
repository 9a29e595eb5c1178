import path from "node:path";
import { pathToFileURL } from "node:url";
import type {
  CodeAction,
  CodeLens,
  CompletionItem,
  CompletionList,
  Diagnostic,
  DocumentLink,
  Hover,
  Position,
  PublishDiagnosticsParams,
  TextEdit,
} from "vscode-languageserver-protocol";
import { TextDocument } from "vscode-languageserver-textdocument";
import { DefaultsRequest } from "../../../server/protocol/requests";
import type { StudyDefaults } from "../../../server/protocol/requests";
import { eventually } from "../server/client";
import type { ServerClient } from "../server/client";

/** A study file in an editor, which asks the server what editors ask. */
export class Editor {
  readonly uri: string;
  text = "";
  private version = 0;
  /** What was published last, by version of the text. */
  private published: PublishDiagnosticsParams | undefined;

  constructor(
    private readonly client: ServerClient,
    file: string,
    defaults: StudyDefaults = {},
  ) {
    this.uri = pathToFileURL(path.resolve(file)).href;
    client.connection.onNotification("textDocument/publishDiagnostics", (params: PublishDiagnosticsParams) => {
      if (params.uri === this.uri) this.published = params;
    });
    client.connection.onRequest(DefaultsRequest, () => defaults);
  }

  /** Opens the text, or replaces the one that is open. */
  async write(text: string): Promise<void> {
    this.text = text;
    this.version += 1;
    const { uri, version } = this;
    const document = { uri, languageId: "loss-landscape-study", version, text };
    await (version === 1
      ? this.client.connection.sendNotification("textDocument/didOpen", { textDocument: document })
      : this.client.connection.sendNotification("textDocument/didChange", {
          textDocument: { uri, version },
          contentChanges: [{ text }],
        }));
  }

  async close(): Promise<void> {
    await this.client.connection.sendNotification("textDocument/didClose", { textDocument: { uri: this.uri } });
  }

  /** Waits for diagnostics of the present text for which `test` holds. */
  async diagnostics(test: (diagnostics: readonly Diagnostic[]) => boolean): Promise<readonly Diagnostic[]> {
    const current = (): readonly Diagnostic[] | undefined =>
      this.published?.version === this.version ? this.published.diagnostics : undefined;
    await eventually(
      () => {
        const diagnostics = current();
        return diagnostics !== undefined && test(diagnostics);
      },
      20_000,
      `diagnostics of ${this.text}; the last are ${JSON.stringify(this.published?.diagnostics.map(({ message }) => message))}`,
    );
    return current()!;
  }

  /** The text that a diagnostic marks. */
  marked({ range }: Diagnostic): string {
    const document = TextDocument.create(this.uri, "jsonc", 1, this.text);
    return document.getText(range);
  }

  /** The position of the first `needle`, `ahead` characters into it. */
  at(needle: string, ahead = 1): Position {
    const offset = this.text.indexOf(needle);
    if (offset < 0) throw new Error(`the text has no ${needle}`);
    return TextDocument.create(this.uri, "jsonc", 1, this.text).positionAt(offset + ahead);
  }

  async hover(position: Position): Promise<string> {
    const hover = await this.ask<Hover | null>("hover", { position });
    const contents = hover?.contents as { readonly value: string } | undefined;
    return contents?.value ?? "";
  }

  async complete(position: Position): Promise<readonly CompletionItem[]> {
    const list = await this.ask<CompletionList | null>("completion", { position });
    return list?.items ?? [];
  }

  lenses(): Promise<readonly CodeLens[]> {
    return this.ask("codeLens", {});
  }

  links(): Promise<readonly DocumentLink[]> {
    return this.ask("documentLink", {});
  }

  fixes(diagnostic: Diagnostic): Promise<readonly CodeAction[]> {
    return this.ask("codeAction", { range: diagnostic.range, context: { diagnostics: [diagnostic] } });
  }

  format(): Promise<TextEdit[]> {
    return this.ask("formatting", { options: { tabSize: 2, insertSpaces: true } });
  }

  /** The text with edits made. */
  edited(edits: readonly TextEdit[]): string {
    return TextDocument.applyEdits(TextDocument.create(this.uri, "jsonc", 1, this.text), [...edits]);
  }

  private ask<T>(what: string, params: object): Promise<T> {
    return this.client.connection.sendRequest(`textDocument/${what}`, { textDocument: { uri: this.uri }, ...params });
  }
}
