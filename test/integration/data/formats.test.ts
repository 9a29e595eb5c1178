import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { readArrays } from "../../../server/data/npz";
import type { Tensor } from "../../../server/graph/tensor";
import { readAll } from "../../support/data";

const folder = path.join(__dirname, "..", "..", "fixtures", "data");
const file = (name: string): string => path.join(folder, name);
let expected: ReadonlyMap<string, Tensor>;
beforeAll(async () => {
  expected = await readArrays(file("expected.npz"));
});

function list({ data }: Tensor): number[] {
  return Array.from(data as ArrayLike<number | bigint>, Number);
}

function numbers(name: string): number[] {
  return list(expected.get(name)!);
}

/** The first channel of the pictures. */
function red(): number[] {
  return numbers("x").filter((_, i) => i % 3 === 0);
}

function halves(bits: Tensor): number[] {
  return list(bits).map((value) => {
    const exponent = (value >> 10) & 31;
    return exponent === 0 ? 0 : (1 + (value & 1023) / 1024) * 2 ** (exponent - 15);
  });
}

describe("the same samples in every format", () => {
  test.each([
    ["plain.npz", "uint8", "int64"],
    ["fortran_packed.npz", "uint8", "int16"],
    ["x_test.npy", "float64", "int64"],
    ["tensors.safetensors", "float32", "int64"],
    ["arrays.pkl", "int16", "int64"],
  ])("%s", async (name, dtype, labelType) => {
    const { data, x } = await readAll(file(name));
    expect(x).toMatchObject({ dtype, shape: [9, 10, 12, 3] });
    expect(list(x)).toEqual(numbers("x"));
    expect(data.y.dtype).toBe(labelType);
    expect(list(data.y)).toEqual(numbers("y"));
  });

  test("float16, packed", async () => {
    const { data, x } = await readAll(file("packed.npz"));
    expect(data.names).toEqual({ x: "images", y: "labels" });
    expect(x).toMatchObject({ dtype: "float16", shape: [9, 10, 12, 3] });
    expect(halves(x)).toEqual(numbers("x"));
  });

  test("big-endian in Fortran order, with one-hot booleans", async () => {
    const { data, x } = await readAll(file("fortran.npz"));
    expect(list(x)).toEqual(numbers("x"));
    expect(data.y).toMatchObject({ dtype: "bool", shape: [9, 3] });
    expect(list(data.y)).toEqual(numbers("y").flatMap((label) => [0, 1, 2].map((c) => Number(c === label))));
  });

  test("IDX", async () => {
    const { data, x } = await readAll(file("t10k-images-idx3-ubyte"));
    expect(x).toMatchObject({ dtype: "uint8", shape: [9, 10, 12] });
    expect(list(x)).toEqual(red());
    expect(list(data.y)).toEqual(numbers("y"));
  });

  test("a folder of pictures, classes in sorted order", async () => {
    const { data, x } = await readAll(file("pictures/test"));
    expect(data.classes).toEqual(["bird", "cat", "dog"]);
    expect(data.notices).toEqual(["Classes are the subfolders in sorted order: bird, cat, dog."]);
    // Class by class, and by name within.
    const order = [0, 4, 7, 1, 5, 6, 2, 3, 8];
    expect(list(data.y)).toEqual(order.map((i) => numbers("y")[i]));
    expect(list(x)).toEqual(order.flatMap((i) => numbers("x").slice(i * 360, (i + 1) * 360)));
  });

  test("shards of Parquet with pictures as Hugging Face keeps them", async () => {
    const { data, x } = await readAll(file("test-00000-of-00002.parquet"));
    expect(data.files).toEqual(["test-00000-of-00002.parquet", "test-00001-of-00002.parquet"].map(file));
    expect(x).toMatchObject({ dtype: "uint8", shape: [9, 10, 12, 3] });
    expect(list(x)).toEqual(numbers("x"));
    expect(list(data.y)).toEqual(numbers("y"));
    expect(data).toMatchObject({ classes: ["bird", "cat", "dog"], pictures: true });
  });

  test("Parquet with nested lists", async () => {
    const { data, x } = await readAll(file("lists.parquet"));
    expect(x).toMatchObject({ dtype: "float64", shape: [9, 10, 12] });
    expect(list(x)).toEqual(red());
    expect(list(data.y)).toEqual(numbers("y"));
  });

  test.each(["digits.csv", "digits_headless.csv"])("%s", async (name) => {
    const { data, x } = await readAll(file(name));
    expect(x.shape).toEqual([9, 120]);
    expect(list(x)).toEqual(red());
    expect(list(data.y)).toEqual(numbers("y"));
    const said = data.notices.join();
    if (name === "digits.csv") expect(said).toBe("");
    else expect(said).toContain("The first column, 1, is taken for the labels");
  });
});

describe("CIFAR", () => {
  test.each(["cifar-10-batches-bin/data_batch_1.bin", "cifar-10-batches-py/data_batch_1"])(
    "all batches of %s",
    async (name) => {
      const { data, x } = await readAll(file(name));
      expect(data.files).toHaveLength(2);
      expect(x).toMatchObject({ dtype: "uint8", shape: [4, 3, 32, 32] });
      expect(list(x)).toEqual(numbers("cifar_x").slice(0, 4 * 3072));
      expect(list(data.y)).toEqual(numbers("cifar_y").slice(0, 4));
      expect(data.notices.join()).toContain("are read as one.");
    },
  );

  test.each(["cifar-10-batches-bin/test_batch.bin", "cifar-10-batches-py/test_batch"])("%s", async (name) => {
    const { data, x } = await readAll(file(name));
    expect(list(x)).toEqual(numbers("cifar_x").slice(4 * 3072));
    expect(list(data.y)).toEqual(numbers("cifar_y").slice(4));
  });

  test.each([
    ["cifar-100-binary/test.bin", "coarse"],
    ["cifar-100-python/test", "coarse_labels"],
  ])("fine and coarse labels of %s", async (name, coarse) => {
    const fine = await readAll(file(name));
    expect(list(fine.x)).toEqual(numbers("cifar_x").slice(0, 2 * 3072));
    expect(list(fine.data.y)).toEqual([3, 0]);
    expect(list((await readAll(file(name), { y: coarse })).data.y)).toEqual([1, 0]);
  });
});

describe("tables", () => {
  const labels = Array.from({ length: 4 }, () => [1, 2, 0]).flat();
  const classes = ['a "wild", one', "setosa", "virginica"];

  test.each([
    ["flowers.csv", "numbers the rows and is left out"],
    ["flowers.tsv", "Classes are the texts of species in sorted order"],
    ["headless.csv", "The last column, 3, is taken for the labels"],
    ["flowers_none.parquet", "in sorted order"],
    ["flowers_snappy.parquet", ""],
    ["flowers_gzip.parquet", ""],
    ["flowers_zstd.parquet", ""],
    ["flowers_brotli.parquet", ""],
    ["flowers_lz4.parquet", ""],
  ])("%s", async (name, said) => {
    const { data, x } = await readAll(file(name));
    expect(x.shape).toEqual([12, 2]);
    expect(list(x)).toEqual(numbers("table_x"));
    expect(data.classes).toEqual(classes);
    expect(list(data.y)).toEqual(labels);
    expect(data.notices.join()).toContain(said);
  });

  test.each(["flowers.csv", "flowers_zstd.parquet"])("columns that the study names: %s", async (name) => {
    const { data, x } = await readAll(file(name), { x: "w*th", y: "length" });
    expect(list(x)).toEqual(numbers("table_x").filter((_, i) => i % 2 === 1));
    expect(list(data.y)).toEqual(numbers("table_x").filter((_, i) => i % 2 === 0));
  });
});

describe("only the samples asked for are read", () => {
  test.each([
    "plain.npz",
    "packed.npz",
    "fortran.npz",
    "x_test.npy",
    "tensors.safetensors",
    "arrays.pkl",
    "t10k-images-idx3-ubyte",
    "pictures/test",
    "test-00000-of-00002.parquet",
    "lists.parquet",
    "digits.csv",
  ])("%s", async (name) => {
    const { data, x } = await readAll(file(name));
    const size = x.data.length / 9;
    const parts: number[] = [];
    for await (const sample of data.samples(Uint32Array.of(1, 2, 4, 8))) parts.push(...list(sample));
    const wanted = [1, 2, 4, 8].flatMap((i) => list(x).slice(i * size, (i + 1) * size));
    expect(parts).toEqual(wanted);
  });
});
