/** Colours of everything but the maps. */
export interface Theme {
  readonly dark: boolean;
  readonly paper: string;
  readonly ink: string;
  readonly muted: string;
  /** Frames and ticks. */
  readonly frame: string;
  /** Rules behind lines. */
  readonly rule: string;
  readonly loss: string;
  readonly accuracy: string;
  /** Learning-rate drops. */
  readonly drop: string;
}

export type ThemeName = "light" | "dark";

/** Blue and orange are told apart with every kind of colour vision. */
export const themes: Readonly<Record<ThemeName, Theme>> = {
  light: {
    dark: false,
    paper: "#ffffff",
    ink: "#1f2328",
    muted: "#59606a",
    frame: "#a3a9b1",
    rule: "#e4e7ea",
    loss: "#1f6fb2",
    accuracy: "#b85c00",
    drop: "#d9a400",
  },
  dark: {
    dark: true,
    paper: "#1b1c1f",
    ink: "#e3e5e8",
    muted: "#a4abb4",
    frame: "#5a6068",
    rule: "#303338",
    loss: "#5aa9e6",
    accuracy: "#f0a04b",
    drop: "#f0c000",
  },
};
