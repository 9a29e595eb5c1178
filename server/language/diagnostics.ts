import { DiagnosticSeverity } from "vscode-json-languageservice";
import type { Diagnostic } from "vscode-json-languageservice";
import type { StudyDocument } from "./document";
import type { Finding } from "./findings";
import { sentence } from "./words";

const severities = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
} as const;

/** What is wrong with a study, in itself and in what its files say, as editors show it; each thing once. */
export function toDiagnostics({ faults, text }: StudyDocument, findings: readonly Finding[]): Diagnostic[] {
  const own = faults.map((fault) => ({
    ...fault,
    severity: "error" as const,
    code: fault.kind,
    message: sentence(fault.message),
  }));
  const seen = new Set<string>();
  return [...own, ...findings].flatMap(({ offset, length, severity, code, message, advice }) => {
    const key = `${offset}:${message}`;
    if (seen.has(key)) return [];
    seen.add(key);
    const range = { start: text.positionAt(offset), end: text.positionAt(offset + length) };
    const source = "Loss Landscape";
    return [{ range, severity: severities[severity], code, source, message: `${message} ${advice}` }];
  });
}
