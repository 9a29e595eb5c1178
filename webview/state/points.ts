import type { RunData } from "./model";
import { splitsOf } from "./splits";

/**
 * The measured points as comma-separated values in full precision; interpolated ones are never among them. A run of
 * several splits has a line for each of them, with its name in front.
 */
export function measuredCsv(run: RunData): string {
  const { x, y } = run.header;
  const splits = splitsOf(run);
  const several = splits.length > 1;
  const names = ["alpha", "beta", "loss", "accuracy_percent", "loss_standard_error"];
  const lines = [[...(several ? ["split"] : []), ...names].join(",")];
  for (const { name, measured } of splits) {
    const { known, loss, accuracy, lossError } = measured;
    for (let index = 0; index < known.length; index++) {
      if (known[index] === 0) continue;
      const alpha = x[index % x.length];
      const beta = y[Math.floor(index / x.length)];
      const values = [alpha, beta, loss[index], accuracy[index], lossError[index]];
      lines.push([...(several ? [quoted(name)] : []), ...values].join(","));
    }
  }
  return `${lines.join("\n")}\n`;
}

/** A name as a field of its own, whatever it is made of. */
const quoted = (name: string): string => (/[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name);
