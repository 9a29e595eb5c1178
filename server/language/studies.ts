import { setTimeout as sleep } from "node:timers/promises";
import type { CodeLens } from "vscode-languageserver-protocol";
import type { Diagnostic } from "vscode-json-languageservice";
import { ProblemError } from "../protocol/problem";
import { toDiagnostics } from "./diagnostics";
import type { StudyDocument } from "./document";
import { FileFacts } from "./facts";
import type { Recollection } from "./facts";
import { findingsOf, obstacle, openQuestion } from "./findings";
import type { Finding } from "./findings";
import { lookUp, nothingKnown, questionOf } from "./knowledge";
import type { Knowledge } from "./knowledge";
import { lensesOf } from "./lenses";
import { referencesOf } from "./references";
import type { Prospect, Surroundings } from "./surroundings";

/** How long text and files must be at rest, in milliseconds. */
export interface Pauses {
  /** Before files are looked for: a pattern may go through many folders. */
  readonly look: number;
  /** Before files are looked into. */
  readonly inspect: number;
  /** Before a run is foreseen. */
  readonly foresee: number;
}

const usualPauses: Pauses = { look: 50, inspect: 300, foresee: 500 };

/** Where the outcomes of checks go. */
export interface StudyListener {
  diagnostics(uri: string, version: number, diagnostics: readonly Diagnostic[]): void;
  /** Lenses may have changed. */
  lenses(): void;
  log(what: string, error: unknown): void;
}

/** What is known of an open study. */
interface State {
  knowledge: Knowledge;
  /** Which files the knowledge is about, as they were then. */
  key: string;
  /** What was foreseen last, and of what. */
  foreseen?: {
    readonly draft: string;
    readonly subject: string;
    readonly prospect?: Prospect;
    readonly obstacle?: ProblemError;
  };
  check: AbortController;
}

/**
 * The open studies: each is checked again whenever its text or a file changes. What needs no file is told at once, the
 * rest as it is found out; a newer edit ends what is going on for an older one.
 */
export class Studies {
  private readonly states = new Map<string, State>();
  private readonly facts = new FileFacts();

  constructor(
    private readonly surroundings: Surroundings,
    private readonly listener: StudyListener,
    private readonly pauses = usualPauses,
  ) {}

  /** Uris of the open studies. */
  get open(): readonly string[] {
    return [...this.states.keys()];
  }

  knowledge(uri: string): Knowledge {
    return this.states.get(uri)?.knowledge ?? nothingKnown;
  }

  /** What files say of a study as it is now, as far as that is known. */
  findings(uri: string, study: StudyDocument): readonly Finding[] {
    const state = this.states.get(uri);
    if (!state) return [];
    const findings = findingsOf(study, state.knowledge);
    const isCovered = findings.some(({ severity }) => severity === "error") || study.faults.length > 0;
    const foreseen = foreseenOf(state, study);
    if (!foreseen || isCovered) return findings;
    const { prospect, obstacle: problem } = foreseen;
    if (problem) return [...findings, obstacle(study, problem.problem)];
    if (prospect?.kind !== "choose-data") return findings;
    return [...findings, openQuestion(study, prospect.reason, prospect.candidates)];
  }

  lenses(uri: string, study: StudyDocument): CodeLens[] {
    const errors =
      study.faults.length + this.findings(uri, study).filter(({ severity }) => severity === "error").length;
    return lensesOf(study, errors, foreseenOf(this.states.get(uri), study)?.prospect);
  }

  /** Checks a study whose text was opened or has changed. */
  changed(uri: string, study: Promise<StudyDocument>): void {
    const state = this.states.get(uri) ?? { knowledge: nothingKnown, key: "", check: new AbortController() };
    this.states.set(uri, state);
    state.check.abort();
    const check = new AbortController();
    state.check = check;
    study
      .then((parsed) => this.check(uri, parsed, state, check.signal))
      .catch((error: unknown) => {
        if (!check.signal.aborted) this.listener.log(`Checking ${uri}`, error);
      });
  }

  closed(uri: string): void {
    this.states.get(uri)?.check.abort();
    this.states.delete(uri);
  }

  /** Forgets what may have changed with these files; the open studies are to be checked again. */
  filesChanged(files: readonly string[]): void {
    this.facts.forget(files);
    for (const state of this.states.values()) {
      if (state.foreseen) state.foreseen = { ...state.foreseen, subject: "" };
    }
  }

  stop(): void {
    for (const uri of this.open) this.closed(uri);
  }

  private async check(uri: string, study: StudyDocument, state: State, signal: AbortSignal): Promise<void> {
    const tell = (): void => {
      if (signal.aborted) return;
      this.listener.diagnostics(uri, study.text.version, toDiagnostics(study, this.findings(uri, study)));
      this.listener.lenses();
    };
    const look = async (): Promise<Recollection> => {
      const lookups = await lookUp(referencesOf(study), study.folder, this.surroundings);
      const recollection = await this.facts.recall(questionOf(study, lookups), lookups);
      signal.throwIfAborted();
      state.knowledge = recollection.knowledge;
      state.key = recollection.key;
      tell();
      return recollection;
    };
    tell();
    await sleep(this.pauses.look, undefined, { signal });
    const { missing, learn } = await look();
    if (missing) {
      await sleep(this.pauses.inspect, undefined, { signal });
      learn(await this.surroundings.inspect(missing, signal));
      await look();
    }
    if (await this.foresee(uri, study, state, signal)) tell();
  }

  /**
   * Finds out what a run would be, unless something stands in its way already or nothing has changed.
   * @returns whether there is anything new.
   */
  private async foresee(uri: string, study: StudyDocument, state: State, signal: AbortSignal): Promise<boolean> {
    const hasErrors = findingsOf(study, state.knowledge).some(({ severity }) => severity === "error");
    if (study.faults.length > 0 || hasErrors) return false;
    const defaults = await this.surroundings.defaults(uri);
    const draft = JSON.stringify(study.draft);
    const subject = JSON.stringify([draft, defaults, state.key]);
    if (state.foreseen?.subject === subject) return false;
    await sleep(this.pauses.foresee, undefined, { signal });
    try {
      const prospect = await this.surroundings.foresee(study.file, study.text.getText(), defaults, signal);
      state.foreseen = { draft, subject, prospect };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ProblemError)) throw error;
      state.foreseen = { draft, subject, obstacle: error };
    }
    return true;
  }
}

/** What was foreseen, if it is of what the study says now. */
function foreseenOf(state: State | undefined, { draft }: StudyDocument): State["foreseen"] {
  return state?.foreseen?.draft === JSON.stringify(draft) ? state.foreseen : undefined;
}
