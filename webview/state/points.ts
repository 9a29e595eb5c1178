import type { RunData } from "./model";

/** The measured points as comma-separated values in full precision; interpolated ones are never among them. */
export function measuredCsv(run: RunData): string {
  const { x, y } = run.header;
  const { known, loss, accuracy, lossError } = run.measured;
  const lines = ["alpha,beta,loss,accuracy_percent,loss_standard_error"];
  for (let index = 0; index < known.length; index++) {
    if (known[index] === 0) continue;
    const alpha = x[index % x.length];
    const beta = y[Math.floor(index / x.length)];
    lines.push([alpha, beta, loss[index], accuracy[index], lossError[index]].join(","));
  }
  return `${lines.join("\n")}\n`;
}
