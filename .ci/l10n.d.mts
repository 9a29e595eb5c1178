/** Texts missing in a translation, and texts of it that nothing uses any more. */
export interface TranslationGaps {
  readonly file: string;
  readonly missing: readonly string[];
  readonly surplus: readonly string[];
}

export function collectTexts(): Promise<Readonly<Record<string, string>>>;
export function translationGaps(): readonly TranslationGaps[];
