import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { ProblemError } from "../../../server/protocol/problem";
import { exportToFiles } from "../../../server/requests/export";
import { temporaryFolder, writeJournal } from "../runs/folder";
import { headerFor } from "../runs/header";

const header = headerFor([3, 2]);
const checkpoint = { name: "epoch 0", path: "/models/0.pt", x: 0.5, y: -0.5, distance: 1, offPlane: 0 };

test("one part is one file", async () => {
  const folder = temporaryFolder();
  const journal = writeJournal(folder, "aaaaaaaa", { header, points: 6, isEnded: true });
  const out = path.join(folder, "tables", "net.csv");
  expect(await exportToFiles({ journal, format: "csv", out })).toEqual([out]);
  const rows = readFileSync(out, "utf8").trimEnd().split("\n");
  expect(rows).toHaveLength(7);
  expect(rows[6]).toBe("test,1,1,0.625,50,0.1,1");
});

test("further parts of a table have files of their own and take the place of none", async () => {
  const folder = temporaryFolder();
  const withPath = { ...header, trajectory: { drops: [], checkpoints: [checkpoint] } };
  const journal = writeJournal(folder, "aaaaaaaa", { header: withPath, points: 6 });
  const out = path.join(folder, "net.csv");
  const taken = path.join(folder, "net-trajectory.csv");
  writeFileSync(taken, "mine");
  const free = path.join(folder, "net-trajectory-2.csv");
  expect(await exportToFiles({ journal, format: "csv", out })).toEqual([out, free]);
  expect(readFileSync(taken, "utf8")).toBe("mine");
  expect(readFileSync(free, "utf8")).toContain("epoch 0");
});

test("every format of the command line is written, with its own first bytes", async () => {
  const folder = temporaryFolder();
  const journal = writeJournal(folder, "aaaaaaaa", { header, points: 6 });
  const begins = { json: "{", npz: "PK", h5: "\u0089HDF", vtp: "<?xml", obj: "#", svg: "<svg", html: "<!" };
  for (const [format, beginning] of Object.entries(begins)) {
    const out = path.join(folder, `net.${format}`);
    expect(await exportToFiles({ journal, format, out })).toEqual([out]);
    expect(readFileSync(out, "latin1").slice(0, beginning.length).toLowerCase(), format).toBe(beginning.toLowerCase());
  }
});

test("an unknown format and a folder that cannot be written are said in words", async () => {
  const folder = temporaryFolder();
  const journal = writeJournal(folder, "aaaaaaaa", { header, points: 6 });
  const reasonOf = async (format: string, out: string) => {
    try {
      await exportToFiles({ journal, format, out });
      return undefined;
    } catch (error) {
      return (error as ProblemError).problem.reason;
    }
  };
  const strange = path.join(folder, "net.xyz");
  expect(await reasonOf("xyz", strange)).toBe("study-invalid");
  expect(existsSync(strange)).toBe(false);
  expect(await reasonOf("json", path.join(journal, "net.json"))).toBe("journal-unwritable");
});
