import { corrupt } from "../../files/faults";
import { isTooDeep } from "../../files/json";

/**
 * JSON as Python writes it: with `NaN` and `Infinity`, which become null and the largest numbers.
 * @param what is read, for the message.
 * @throws ProblemError `file-corrupt`.
 */
export function parseJson(file: string, what: string, text: string): unknown {
  if (isTooDeep(new TextEncoder().encode(text))) throw corrupt(file, `is damaged: its ${what} is nested without end`);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    const plain = text.replace(
      /"(?:[^"\\]|\\[\s\S])*(?:"|\\?$)|-?\bInfinity\b|\bNaN\b/g,
      (found) => pythonNumbers[found] ?? found,
    );
    try {
      return JSON.parse(plain) as unknown;
    } catch {
      throw corrupt(file, `is damaged: its ${what} is no valid JSON`);
    }
  }
}

const pythonNumbers: Readonly<Record<string, string>> = { NaN: "null", Infinity: "1e999", "-Infinity": "-1e999" };
