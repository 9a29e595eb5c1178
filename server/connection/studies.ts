import {
  CodeActionKind,
  CodeLensRefreshRequest,
  DidChangeWatchedFilesNotification,
  FileChangeType,
  TextDocuments,
  TextDocumentSyncKind,
} from "vscode-languageserver/node";
import type { CancellationToken, Connection, InitializeParams, ServerCapabilities } from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { URI } from "vscode-uri";
import { inspectInProcess } from "../evaluator/describe";
import { completeAt } from "../language/completion";
import { toStudyDocument } from "../language/document";
import type { StudyDocument } from "../language/document";
import { fixesIn } from "../language/fixes";
import { hoverAt } from "../language/hover";
import { watchedEndings } from "../language/kinds";
import { linksOf } from "../language/links";
import { foldingOf, format, selectionsAt, symbolsOf } from "../language/structure";
import { Studies } from "../language/studies";
import type { Surroundings } from "../language/surroundings";
import { DefaultsRequest } from "../protocol/requests";
import { foreseeRun, seriesOf } from "../requests/foresee";
import { isJournalPath } from "../runs/find";
import type { Log } from "./log";

/** What the server does for study files. */
export const studyCapabilities: ServerCapabilities = {
  textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
  hoverProvider: true,
  completionProvider: { triggerCharacters: ['"', "/", ":", " "] },
  codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
  codeLensProvider: {},
  documentLinkProvider: {},
  documentSymbolProvider: true,
  documentFormattingProvider: true,
  documentRangeFormattingProvider: true,
  foldingRangeProvider: true,
  selectionRangeProvider: true,
};

/** Milliseconds for which changes of files are gathered. */
const gathering = 200;

/** Answers everything that an editor asks about study files. */
export class StudyFeatures {
  private readonly documents = new TextDocuments(TextDocument);
  private readonly studies: Studies;
  private canWatch = false;
  private canRefresh = false;
  private isWatching = false;
  private readonly changedFiles = new Set<string>();
  /** The present version of each open study, parsed once. */
  private readonly parsed = new Map<string, { readonly version: number; readonly study: Promise<StudyDocument> }>();
  private gatherer: NodeJS.Timeout | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly log: Log,
  ) {
    this.studies = new Studies(surroundingsOf(connection, log), {
      diagnostics: (uri, version, diagnostics) =>
        void connection.sendDiagnostics({ uri, version, diagnostics: [...diagnostics] }),
      lenses: () => {
        if (this.canRefresh) connection.sendRequest(CodeLensRefreshRequest.type).catch(() => undefined);
      },
      log: (what, error) => this.log.error(what, error),
    });
    this.documents.onDidChangeContent(({ document }) => this.check(document));
    this.documents.onDidSave(({ document }) => this.check(document));
    this.documents.onDidOpen(() => this.watch());
    this.documents.onDidClose(({ document }) => {
      this.studies.closed(document.uri);
      this.parsed.delete(document.uri);
      void connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
    });
    this.documents.listen(connection);
    this.answer();
  }

  /** What the client can do decides what is asked of it. */
  initialize({ workspace }: InitializeParams["capabilities"]): void {
    this.canWatch = workspace?.didChangeWatchedFiles?.dynamicRegistration === true;
    this.canRefresh = workspace?.codeLens?.refreshSupport === true;
  }

  /** Checks all open studies again, because a run was begun or has ended. */
  runsChanged(): void {
    this.studies.filesChanged([]);
    this.checkAll();
  }

  stop(): void {
    clearTimeout(this.gatherer);
    this.studies.stop();
  }

  private answer(): void {
    const { connection, studies } = this;
    const on = <P extends { readonly textDocument: { readonly uri: string } }, R>(
      none: R,
      feature: (study: StudyDocument, params: P) => R | Promise<R>,
    ) => {
      return async (params: P, token?: CancellationToken): Promise<R> => {
        const study = await this.study(params.textDocument.uri);
        return study && token?.isCancellationRequested !== true ? feature(study, params) : none;
      };
    };
    connection.onHover(
      on(undefined, (study, { position, textDocument: { uri } }) => hoverAt(study, position, studies.knowledge(uri))),
    );
    connection.onCompletion(
      on(undefined, (study, { position, textDocument: { uri } }) =>
        completeAt(study, position, { knowledge: studies.knowledge(uri), series: seriesOf }),
      ),
    );
    connection.onCodeAction(
      on([], (study, { range, context, textDocument: { uri } }) =>
        fixesIn(study, studies.findings(uri, study), range, context.diagnostics),
      ),
    );
    connection.onCodeLens(on([], (study, { textDocument: { uri } }) => studies.lenses(uri, study)));
    connection.onDocumentLinks(on([], (study) => linksOf(study)));
    connection.onDocumentSymbol(on([], (study) => symbolsOf(study)));
    connection.onDocumentFormatting(on([], (study, { options }) => format(study, options)));
    connection.onDocumentRangeFormatting(on([], (study, { options, range }) => format(study, options, range)));
    connection.onFoldingRanges(on([], (study) => foldingOf(study)));
    connection.onSelectionRanges(on([], (study, { positions }) => selectionsAt(study, positions)));
    connection.onDidChangeConfiguration(() => this.checkAll());
    connection.onDidChangeWatchedFiles(({ changes }) => {
      for (const { uri, type } of changes) {
        const file = URI.parse(uri).fsPath;
        // A journal grows with every point; of that only its beginning and its end matter.
        if (!isJournalPath(file) || type !== FileChangeType.Changed) this.changedFiles.add(file);
      }
      if (this.changedFiles.size > 0) this.gatherer ??= setTimeout(() => this.filesChanged(), gathering);
    });
  }

  private filesChanged(): void {
    this.gatherer = undefined;
    const files = [...this.changedFiles];
    this.changedFiles.clear();
    this.studies.filesChanged(files.filter((file) => !isJournalPath(file)));
    this.checkAll();
  }

  private checkAll(): void {
    for (const document of this.documents.all()) this.check(document);
  }

  private check(document: TextDocument): void {
    const study = this.parse(document);
    if (study) this.studies.changed(document.uri, study);
  }

  private async study(uri: string): Promise<StudyDocument | undefined> {
    const document = this.documents.get(uri);
    return document && this.parse(document);
  }

  private parse(document: TextDocument): Promise<StudyDocument> | undefined {
    const { uri, version } = document;
    const file = fileOf(uri);
    if (file === undefined) return undefined;
    const known = this.parsed.get(uri);
    if (known?.version === version) return known.study;
    // The editor's document changes under our hands.
    const study = toStudyDocument(file, TextDocument.create(uri, document.languageId, version, document.getText()));
    this.parsed.set(uri, { version, study });
    return study;
  }

  /** Files are watched from the first study on. */
  private watch(): void {
    if (this.isWatching || !this.canWatch) return;
    this.isWatching = true;
    const watchers = [{ globPattern: `**/*.{${watchedEndings.join(",")}}` }];
    this.connection.client.register(DidChangeWatchedFilesNotification.type, { watchers }).catch((error: unknown) => {
      this.log.error("Watching files", error);
    });
  }
}

function surroundingsOf(connection: Connection, log: Log): Surroundings {
  const options = { log: (message: string) => log.info(message) };
  return {
    // A client without settings has no answer: the method's own defaults hold then.
    defaults: (uri) => connection.sendRequest(DefaultsRequest, { uri }).catch(() => ({})),
    inspect: (question, signal) => inspectInProcess(question, { ...options, signal }),
    foresee: (file, text, defaults, signal) => foreseeRun({ file, text, defaults, signal, ...options }),
    series: seriesOf,
  };
}

/** The path of a study on this machine; others, such as a version of it in the past, have no files beside them. */
function fileOf(uri: string): string | undefined {
  const parsed = URI.parse(uri);
  return parsed.scheme === "file" ? parsed.fsPath : undefined;
}
