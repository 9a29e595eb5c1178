/** The path of a Chromium, installed when there is none and that is allowed. */
export function ensureChromium(): Promise<string>;
/** Packages the bundles in `dist/`; the absolute path of the VSIX. */
export function packageVsix(): Promise<string>;
