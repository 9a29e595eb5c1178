import type { Command } from "./command";

/** Shows the log of the extension and its worker. */
export const showLog: Command = {
  id: "lossLandscape.showLog",
  run: ({ log }) => log.show(),
};
