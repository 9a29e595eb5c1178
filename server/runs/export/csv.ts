import type { RunResult } from "../../protocol/result";

/**
 * One line for each grid point, row by row: x, y, loss, accuracy in percent, measured (1) or interpolated (0).
 * Numbers in full precision; NaN and infinities by their names.
 */
export function toCsv({ surfaces }: RunResult): string {
  const lines = ["split,x,y,loss,accuracy,measured"];
  for (const { split, x, y, loss, accuracy, measured } of surfaces) {
    for (const [row, beta] of y.entries()) {
      for (const [column, alpha] of x.entries()) {
        const values = [loss[row]?.[column], accuracy[row]?.[column], measured[row]?.[column]];
        lines.push([quoted(split), alpha, beta, ...values].join(","));
      }
    }
  }
  return `${lines.join("\n")}\n`;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
