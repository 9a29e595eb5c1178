/** Files that users have saved from panels in this session, which a panel may ask to be shown. */
const saved = new Set<string>();

/** Notes a file that was written where the user wanted it. @param file absolute path. */
export function noteSaved(file: string): void {
  saved.add(file);
}

/** Whether the user has saved this file from a panel. */
export function isSaved(file: string): boolean {
  return saved.has(file);
}
