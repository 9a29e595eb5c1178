import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toJsonNumber } from "../../../server/protocol/numbers";
import { ProblemError } from "../../../server/protocol/problem";
import type { Point, RunHeader } from "../../../server/protocol/result";
import { endLine, extraLine, headerLine, JournalParser, pointLine } from "../../../server/runs/record";
import type { EndRecord, JournalContent } from "../../../server/runs/record";
import type { ExtraRecord } from "../../../server/runs/extras";
import { extents, headerOf, pointsOf, recordsOf } from "./arbitraries";
import type { Extent } from "./arbitraries";
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

function parse(text: string | Uint8Array, piece = Infinity): JournalContent {
  const bytes = Buffer.from(text);
  const parser = new JournalParser(file);
  for (let at = 0; at < bytes.length; at += piece) parser.take(bytes.subarray(at, at + piece));
  return parser.content();
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

/** A run with everything beside its grid. */
const whole: Extent = {
  points: [5, 4],
  splits: 1,
  checkpoints: 2,
  curvature: [3, 3],
  traceProbes: 2,
  densityProbes: 2,
  sharpness: true,
};

/** A run, and all lines after its header: points, extras and ends in any order. */
const runs = extents.chain((extent) =>
  fc.tuple(pointsOf(extent), recordsOf(extent)).chain(([measured, records]) => {
    const lines = [
      ...measured.map((point) => ({ point, line: pointLine(point) })),
      ...records.map((record) => ({ record, line: extraLine(record) })),
      { end: true, line: endLine({ end: "cancelled", checks: [], seconds: 1 }) },
    ] as { point?: Point; record?: ExtraRecord; end?: true; line: string }[];
    return fc.record({ header: fc.constant(headerOf(extent)), lines: fc.shuffledSubarray(lines) });
  }),
);

describe("a journal of points and extras", () => {
  test("gives back every number of every split to the last bit, in the order of writing", () => {
    fc.assert(
      fc.property(runs, ({ header: own, lines }) => {
        const content = parse(headerLine(own) + lines.map(({ line }) => line).join(""));
        expect(content.header).toEqual(own);
        expect(content.points).toEqual(lines.flatMap(({ point }) => point ?? []));
        expect(content.extras).toEqual(lines.flatMap(({ record }) => record ?? []));
        expect(content.ends).toHaveLength(lines.filter(({ end }) => end).length);
      }),
    );
  });

  test("cut off at any byte and read in pieces of any size, is read up to its last whole line or refused as damaged", () => {
    fc.assert(
      fc.property(
        runs,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 400 }),
        ({ header: own, lines }, share, piece) => {
          const head = Buffer.from(headerLine(own), "utf8");
          const bytes = Buffer.concat([head, ...lines.map(({ line }) => Buffer.from(line, "utf8"))]);
          const at = Math.round(share * bytes.length);
          if (at < head.length) {
            expect(reasonOf(bytes.subarray(0, at).toString("utf8")).reason).toBe("journal-damaged");
            return;
          }
          const content = parse(bytes.subarray(0, at), piece);
          const kept = lines.slice(0, content.points.length + content.extras.length + content.ends.length);
          const length = kept.reduce((sum, { line }) => sum + line.length, head.length);
          expect(content.length).toBe(length);
          expect(at - length).toBeLessThan(lines[kept.length]?.line.length ?? 1);
          expect(content.points).toEqual(kept.flatMap(({ point }) => point ?? []));
          expect(content.extras).toEqual(kept.flatMap(({ record }) => record ?? []));
        },
      ),
    );
  });

  test("without any one field of any one extra, is refused as damaged", () => {
    fc.assert(
      fc.property(recordsOf(whole), (records) => {
        for (const record of records) {
          for (const broken of withoutFields(record)) {
            const text = headerLine(headerOf(whole)) + `${JSON.stringify(broken)}\n`;
            expect(reasonOf(text).reason).toBe("journal-damaged");
          }
        }
      }),
      { numRuns: 20 },
    );
  });

  test("keeps a trace and a density that are not finite", () => {
    const records: ExtraRecord[] = [
      { extra: "trace", probe: 0, value: NaN },
      { extra: "trace", probe: 1, value: -Infinity },
      { extra: "density", probe: 1, values: { values: [NaN], weights: [1] } },
    ];
    const text = headerLine(headerOf(whole)) + records.map(extraLine).join("");
    expect(parse(text).extras).toEqual(records);
  });
});

/** The record without one of its fields, or one of the fields of its values, for each of them. */
function withoutFields(record: ExtraRecord): readonly object[] {
  const without = (of: object, key: string): object =>
    Object.fromEntries(Object.entries(of).filter(([name]) => name !== key));
  const outer = Object.keys(record).map((key) => without(record, key));
  if (!("values" in record)) return outer;
  return [...outer, ...Object.keys(record.values).map((key) => ({ ...record, values: without(record.values, key) }))];
}

describe("a journal with extras is refused", () => {
  const split = '{"loss":1,"accuracy":2,"lossError":3}';
  const checkpoint = (k: number, own: readonly string[], inPlane: readonly string[]): string =>
    `{"extra":"checkpoint","values":{"checkpoint":${k},"own":[${own.join()}],"inPlane":[${inPlane.join()}]}}`;
  const curvature = (index: number, more = ""): string =>
    `{"extra":"curvature","parameters":5,"values":{"index":${index},"max":2,"min":1,"residual":[0,0],"symmetry":0,"products":9${more}}}`;
  test.each([
    ["that a run with these checkpoints has not", checkpoint(2, [split, split], [split, split])],
    ["of one split where there are two", checkpoint(1, [split], [split, split])],
    ["of three splits where there are two", checkpoint(1, [split, split], [split, split, split])],
    ["beyond the curvature map", curvature(9)],
    ["before the curvature map", curvature(-1)],
    ["with an eigenvalue that is null", curvature(0, ',"max":null')],
    ["of a probe that is not asked for", '{"extra":"trace","probe":2,"value":1}'],
    ["of half a probe", '{"extra":"trace","probe":0.5,"value":1}'],
    ["of a trace that is null", '{"extra":"trace","probe":0,"value":null}'],
    ["of a density with a weight too few", '{"extra":"density","probe":0,"values":{"values":[1,2],"weights":[1]}}'],
    ["of a density with null", '{"extra":"density","probe":0,"values":{"values":[null],"weights":[1]}}'],
    ["of another kind", '{"extra":"something","values":{}}'],
  ])("%s", (_, line) => {
    const problem = reasonOf(`${headerLine(headerOf(whole))}${line}\n`);
    expect(problem).toMatchObject({ reason: "journal-damaged" });
    expect(problem.message).toContain("line 2");
  });

  test("where a run measures nothing beside its grid", () => {
    expect(reasonOf(`${headerLine(header)}${checkpoint(0, [split], [split])}\n`).reason).toBe("journal-damaged");
  });

  test.each([
    ["too few numbers", "[3,1,50,0.1]"],
    ["too many numbers", "[3,1,50,0.1,1,50,0.1,1,50,0.1]"],
    ["a number too few", "[3,1,50,0.1,1,50]"],
    ["an object", "[3,1,50,0.1,1,50,{}]"],
  ])("for a point of two splits with %s", (_, line) => {
    expect(reasonOf(`${headerLine(headerOf(whole))}${line}\n`).reason).toBe("journal-damaged");
  });

  test.each([
    ["study", { study: { ...headerOf(whole).study, grid: undefined } }],
    ["trajectory", { trajectory: {} }],
    ["list of splits", { splits: "test" }],
  ])("for a header whose %s is no longer whole", (_, broken) => {
    const damaged = { ...headerOf(whole), ...broken } as unknown as RunHeader;
    expect(reasonOf(headerLine(damaged)).message).toContain("header is incomplete");
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
