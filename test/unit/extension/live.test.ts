import { describe, expect, test } from "vitest";
import { alikeNames, placeOfSeries } from "../../../extension/panels/series";
import { settled } from "../../../extension/panels/settling";
import type { Stamp } from "../../../extension/panels/settling";

describe("names of a series", () => {
  test("are those that differ in numbers only", () => {
    const isAlike = alikeNames(["/run/ckpt/model_1.pt", "/run/ckpt/model_2.pt"]);
    expect(isAlike("/run/ckpt/model_10.pt")).toBe(true);
    expect(isAlike("/run/ckpt/model_2.pt")).toBe(false);
    for (const other of ["model_best.pt", "model_3.pt.tmp", "optimizer_3.pt", "model_3.bin"]) {
      expect(isAlike(`/run/ckpt/${other}`)).toBe(false);
    }
    expect(isAlike("/run/model_3.pt")).toBe(false);
  });

  test("with more numbers and in folders of their own", () => {
    const losses = alikeNames(["/r/epoch=3-val=0.21.ckpt", "/r/epoch=4-val=0.18.ckpt"]);
    expect(losses("/r/epoch=12-val=1.05.ckpt")).toBe(true);
    const folders = ["/r/checkpoint-500/model.safetensors", "/r/checkpoint-1000/model.safetensors"];
    expect(alikeNames(folders)("/r/checkpoint-1500/model.safetensors")).toBe(true);
    expect(alikeNames(folders)("/r/checkpoint-1500/optimizer.safetensors")).toBe(false);
    expect(placeOfSeries(folders)).toEqual({ folder: "/r", depth: 1 });
    expect(placeOfSeries(["/r/a_1.pt", "/r/a_2.pt"])).toEqual({ folder: "/r", depth: 0 });
  });

  test("without numbers are those of nothing", () => {
    expect(alikeNames(["/run/first.pt", "/run/second.pt"])("/run/first2.pt")).toBe(false);
  });
});

describe("a file that is being written", () => {
  /** Looks at what a file is like, one after the other; the last one stays. */
  function looks(stamps: readonly (Stamp | undefined)[], readable: (look: number) => boolean = () => true) {
    let look = 0;
    const parts = {
      stamp: () => Promise.resolve(stamps[Math.min(look++, stamps.length - 1)]),
      readable: () => Promise.resolve(readable(look)),
      wait: () => Promise.resolve(),
    };
    return { parts, count: () => look };
  }
  const at = (size: number, mtime: number): Stamp => ({ size, mtime });
  const wanted = () => true;

  test("is whole when neither size nor time change for a second", async () => {
    const { parts, count } = looks([at(0, 1), at(10, 2), at(20, 3), at(20, 4), at(20, 4), at(20, 4)]);
    expect(await settled("f", parts, wanted)).toEqual(at(20, 4));
    expect(count()).toBe(6);
  });

  test("is not whole while it is empty or cannot be opened", async () => {
    const empty = looks([at(0, 1), at(0, 1), at(0, 1), at(0, 1), at(5, 2)]);
    expect(await settled("f", empty.parts, wanted)).toEqual(at(5, 2));
    expect(empty.count()).toBe(7);
    const locked = looks([at(5, 1)], (look) => look > 8);
    expect(await settled("f", locked.parts, wanted)).toEqual(at(5, 1));
    expect(locked.count()).toBe(9);
  });

  test("is given up when it is gone or nobody wants it any more", async () => {
    expect(await settled("f", looks([at(5, 1), undefined]).parts, wanted)).toBeUndefined();
    let asked = 0;
    expect(await settled("f", looks([at(0, 1)]).parts, () => ++asked < 5)).toBeUndefined();
  });
});
