import { isAccessible, themeNames } from "../support/accessibility";

for (const theme of themeNames) if (theme.startsWith("hc-")) isAccessible(theme);
