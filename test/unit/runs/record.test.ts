import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toJsonNumber } from "../../../server/protocol/numbers";
import { ProblemError } from "../../../server/protocol/problem";
import type { Point } from "../../../server/protocol/result";
import { endLine, headerLine, parseJournal, pointLine } from "../../../server/runs/record";
import type { EndRecord, JournalContent } from "../../../server/runs/record";
import { headerFor } from "./header";

const file = "/results/net-01234567.landscape-run.jsonl";
const header = headerFor([5, 4]);
const total = 20;

/** Any double; the sign of zero is the one thing that a journal does not keep. */
const number = fc.double().map((value) => (value === 0 ? 0 : value));
const points: fc.Arbitrary<Point[]> = fc.uniqueArray(
  fc.record({
    index: fc.nat(total - 1),
    loss: number.map(toJsonNumber),
    accuracy: fc.double({ min: 0, max: 100, noNaN: true }).map((value) => (value === 0 ? 0 : value)),
    lossError: number.map(toJsonNumber),
  }),
  { selector: ({ index }) => index },
);

function parse(text: string): JournalContent {
  return parseJournal(Buffer.from(text, "utf8"), file);
}

function reasonOf(text: string): { reason: string; message: string } {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof ProblemError) return error.problem;
    throw error;
  }
  throw new Error("the journal was accepted");
}

describe("a journal's lines", () => {
  test("give back every number to the last bit", () => {
    fc.assert(
      fc.property(points, (measured) => {
        const content = parse(headerLine(header) + measured.map(pointLine).join(""));
        expect(content.header).toEqual(header);
        expect(content.points).toEqual(measured);
        for (const [i, { loss }] of content.points.entries()) expect(Object.is(loss, measured[i]!.loss)).toBe(true);
      }),
    );
  });

  test("cut off anywhere, keep every whole line and nothing else", () => {
    fc.assert(
      fc.property(points, fc.nat(), (measured, cut) => {
        const head = headerLine(header);
        const text = head + measured.map(pointLine).join("");
        const at = head.length + (cut % (text.length - head.length + 1));
        const content = parse(text.slice(0, at));
        const whole = text.slice(0, at).split("\n").length - 2;
        expect(content.points).toEqual(measured.slice(0, whole));
        expect(content.length).toBe(text.lastIndexOf("\n", at - 1) + 1);
      }),
    );
  });

  test("are compact", () => {
    expect(pointLine({ index: 12, loss: "Infinity", accuracy: 84.4, lossError: "NaN" })).toBe(
      '[12,"Infinity",84.4,"NaN"]\n',
    );
  });

  test("tell how each session ended", () => {
    const cancelled: EndRecord = { end: "cancelled", checks: [], seconds: 1.5 };
    const done: EndRecord = { end: "done", checks: header.checks, seconds: 2.25 };
    const text = headerLine(header) + endLine(cancelled) + "[3,1,50,0.1]\n" + endLine(done);
    expect(parse(text).ends).toEqual([cancelled, done]);
  });

  test("with names and paths beyond ASCII are counted in bytes", () => {
    const named = { ...header, model: { ...header.model, name: "модель-网络" } };
    const text = headerLine(named) + "[3,1,50,0.1]\n[4,1";
    const content = parse(text);
    expect(content.header.model.name).toBe("модель-网络");
    expect(content.length).toBe(Buffer.byteLength(text) - "[4,1".length);
  });
});

describe("a journal is refused", () => {
  const head = headerLine(header);
  test.each([
    ["nothing at all", "", "journal-damaged", "first line"],
    ["a header that was cut off", head.slice(0, 100), "journal-damaged", "first line"],
    ["another file", "hello\n", "journal-damaged", "first line"],
    ["other JSON", '{"format":"something"}\n', "journal-damaged", "first line"],
    [
      "a header without its grid",
      '{"format":"loss-landscape-run","version":1,"header":{}}\n',
      "journal-damaged",
      "header",
    ],
    ["another version", head.replace('"version":1', '"version":2'), "journal-version", "version 2"],
    ["garbage inside", `${head}[0,1,50,0.1]\n@@@@\n[1,1,50,0.1]\n`, "journal-damaged", "line 3"],
    ["a half line inside", `${head}[0,1,5\n[1,1,50,0.1]\n`, "journal-damaged", "line 2"],
    ["a point beyond the grid", `${head}[20,1,50,0.1]\n`, "journal-damaged", "point 20 of a grid of 20 points"],
    ["a negative index", `${head}[-1,1,50,0.1]\n`, "journal-damaged", "line 2"],
    ["a point twice", `${head}[2,1,50,0.1]\n[2,1,50,0.1]\n`, "journal-damaged", "point 2 a second time"],
    ["a loss that is null", `${head}[2,null,50,0.1]\n`, "journal-damaged", "line 2"],
    ["zero bytes inside", `${head}\0\0\0\n[2,1,50,0.1]\n`, "journal-damaged", "line 2"],
  ])("for %s", (_, text, reason, words) => {
    const problem = reasonOf(text);
    expect(problem.reason).toBe(reason);
    expect(problem.message).toContain(words);
    expect(problem.message).toContain(file);
  });
});
