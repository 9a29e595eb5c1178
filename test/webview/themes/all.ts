import { darkModern } from "./dark-modern";
import { highContrastDark } from "./high-contrast-dark";
import { highContrastLight } from "./high-contrast-light";
import { lightModern } from "./light-modern";

export const themes = {
  dark: darkModern,
  light: lightModern,
  "hc-dark": highContrastDark,
  "hc-light": highContrastLight,
} as const;

export type ThemeName = keyof typeof themes;
