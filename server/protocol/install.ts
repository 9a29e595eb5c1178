import { RequestType } from "vscode-languageserver-protocol";
import type { Problem } from "./problem";
import type { EngineReport } from "./result";

/** Engines that can be installed beside the extension. */
export type Installable = "tensorflow" | "webgpu";

/** Where the native library of TensorFlow comes from. */
export type LibrarySource =
  /** The library and the addon that TensorFlow.js' own installer downloads. */
  | { readonly kind: "official" }
  /** TensorFlow for Python: a wheel, or a folder in which it is installed. Absolute. */
  | { readonly kind: "python"; readonly path: string }
  /** The same, as a wheel that pip of this interpreter downloads first. */
  | { readonly kind: "pip"; readonly python: string };

/** What is to be installed. */
export type InstallOrder =
  | { readonly engine: "webgpu" }
  | { readonly engine: "tensorflow"; readonly source: LibrarySource; readonly gpu: boolean };

/** A place that the native library can be taken from on this machine. */
export interface FoundSource {
  readonly source: LibrarySource;
  /** e.g. "tensorflow_cpu 2.21.0" */
  readonly title: string;
  /** Where it is and what it costs. */
  readonly detail: string;
}

export interface SourcesParams {
  readonly gpu: boolean;
  /** Interpreters to be asked first, as the user's settings name them. */
  readonly pythons: readonly string[];
}

/** Looks for what the native library can be taken from, the best first; nothing is changed. */
export const SourcesRequest = new RequestType<SourcesParams, readonly FoundSource[], void>("lossLandscape/sources");

/** What an order would do, or why it cannot be done. */
export type PlanResult =
  | {
      readonly kind: "plan";
      /** What will be downloaded, built and written, for the person who is asked. */
      readonly sentences: readonly string[];
    }
  | { readonly kind: "problem"; readonly problem: Problem };

/** Says what an order would do; nothing is changed. */
export const PlanRequest = new RequestType<InstallOrder, PlanResult, void>("lossLandscape/installPlan");

export interface InstallParams {
  readonly order: InstallOrder;
  /** For the server's progress of work. */
  readonly workDoneToken: string;
}

export type InstallResult =
  | { readonly kind: "installed"; readonly report: EngineReport }
  /** What was done is kept, and gone on with the next time. */
  | { readonly kind: "cancelled" }
  | { readonly kind: "problem"; readonly problem: Problem };

/** Installs an engine; the one that was there before is replaced when the new one has passed its test. */
export const InstallRequest = new RequestType<InstallParams, InstallResult, void>("lossLandscape/install");

export type RemoveResult =
  { readonly kind: "removed"; readonly was: boolean } | { readonly kind: "problem"; readonly problem: Problem };

/** Removes an installed engine, and what is left of an unfinished installation. */
export const RemoveRequest = new RequestType<{ readonly engine: Installable }, RemoveResult, void>(
  "lossLandscape/remove",
);
