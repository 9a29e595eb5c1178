import type { Proposal, Purpose } from "./code";
import { javascriptProposal, javascriptProposals } from "./javascript";
import { pythonProposal, pythonProposals } from "./python";

/** Identifiers of the languages that are looked at. */
export const languages = ["python", "javascript", "typescript", "javascriptreact", "typescriptreact"] as const;

/** Every call that belongs beside code of a program that trains or saves a model. */
export function proposalsIn(text: string, language: string): readonly Proposal[] {
  if (!isKnown(language)) return [];
  return language === "python" ? pythonProposals(text) : javascriptProposals(text);
}

/**
 * The call for a purpose: beside the code that trains or saves, or else at a line.
 * @returns undefined where the program has nothing to do with a framework that we know.
 */
export function proposalFor(text: string, language: string, purpose: Purpose, line: number): Proposal | undefined {
  if (!isKnown(language)) return undefined;
  const beside = proposalsIn(text, language).find((proposal) => proposal.purpose === purpose);
  return beside ?? (language === "python" ? pythonProposal : javascriptProposal)(text, purpose, line);
}

function isKnown(language: string): language is (typeof languages)[number] {
  return (languages as readonly string[]).includes(language);
}
