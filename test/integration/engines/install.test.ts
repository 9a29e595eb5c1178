import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findInstalled } from "../../../server/engines/install/find";
import { install, prepareOrder } from "../../../server/engines/install/install";
import { activate, remove, tidy, withLock } from "../../../server/engines/install/place";
import { stagingFolder } from "../../../server/engines/install/places";
import { findProgram, runProgram } from "../../../server/engines/install/programs";
import { openPythonPackage, textOf } from "../../../server/engines/install/pythonPackage";
import { Staging } from "../../../server/engines/install/staging";
import { engineInFolder } from "../../../server/evaluator/engines";
import { ZipWriter } from "../../../server/files/zipWriter";
import type { InstallOrder } from "../../../server/protocol/install";
import { toProblem } from "../../../server/protocol/problem";
import type { EngineReport } from "../../../server/protocol/result";

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "loss-landscape-install-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const problemOf = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail("nothing was thrown"),
    (error: unknown) => toProblem(error),
  );

const write = (file: string, text: string): void => {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
};

async function wheelOf(files: Readonly<Record<string, string>>): Promise<string> {
  const file = path.join(root, "tensorflow_cpu-2.21.0-cp311-cp311-manylinux.whl");
  const handle = await open(file, "w");
  const writer = new ZipWriter(handle, file);
  for (const [name, text] of Object.entries(files)) await writer.add(name, [Buffer.from(text)]);
  await writer.finish();
  await handle.close();
  return file;
}

describe("TensorFlow for Python is read", () => {
  const files = {
    "tensorflow_cpu-2.21.0.dist-info/METADATA": "Name: tensorflow_cpu",
    "tensorflow/include/tensorflow/c/c_api.h": "// the interface",
  };
  const name = "tensorflow/include/tensorflow/c/c_api.h";

  test("from a wheel", async () => {
    const from = await openPythonPackage(await wheelOf(files));
    expect(from.title).toBe("tensorflow_cpu 2.21.0");
    expect(await from.sizeOf(name)).toBe(16);
    expect(await textOf(from, name)).toBe("// the interface");
    expect(await textOf(from, "tensorflow/none")).toBeUndefined();
    await from.close();
  });

  test("from site-packages, the package's folder, or the environment's", async () => {
    const packages = path.join(root, "lib", "python3.11", "site-packages");
    for (const [file, text] of Object.entries(files)) write(path.join(packages, file), text);
    for (const folder of [root, packages, path.join(packages, "tensorflow")]) {
      const from = await openPythonPackage(folder);
      expect([from.title, from.path, await textOf(from, name)]).toEqual([
        "tensorflow_cpu 2.21.0",
        packages,
        "// the interface",
      ]);
    }
  });

  test("not from anything else, and the sentence names it", async () => {
    const nothing = path.join(root, "none.whl");
    expect((await problemOf(openPythonPackage(nothing))).message).toBe(`${nothing} does not exist.`);
    expect((await problemOf(openPythonPackage(root))).message).toContain(`${root} holds no installation`);
    const other = await wheelOf({ "numpy-2.0.dist-info/METADATA": "" });
    expect((await problemOf(openPythonPackage(other))).message).toBe(`${other} is not a wheel of TensorFlow.`);
    const text = path.join(root, "a.txt");
    write(text, "hello");
    expect((await problemOf(openPythonPackage(text))).message).toBe(`${text} is neither a wheel nor a folder.`);
    const cut = await wheelOf(files);
    writeFileSync(cut, readFileSync(cut).subarray(0, 100));
    expect(await problemOf(openPythonPackage(cut))).toMatchObject({ reason: "file-corrupt" });
  });
});

describe("an engine's place", () => {
  test("is taken in one step, and the former engine goes", async () => {
    write(path.join(root, "tensorflow", "old"), "1");
    write(path.join(root, "tensorflow.unfinished", "new"), "2");
    await activate("tensorflow", root);
    expect(readdirSync(root)).toEqual(["tensorflow"]);
    expect(readdirSync(path.join(root, "tensorflow"))).toEqual(["new"]);
  });

  test("keeps the former engine when the new one cannot be moved there", async () => {
    write(path.join(root, "tensorflow", "old"), "1");
    await expect(activate("tensorflow", root)).rejects.toThrow("ENOENT");
    expect(readdirSync(path.join(root, "tensorflow"))).toEqual(["old"]);
  });

  test("is put in order after a process that ended in between", async () => {
    write(path.join(root, "tensorflow.former-1", "old"), "1");
    await tidy("tensorflow", root);
    expect(readdirSync(root)).toEqual(["tensorflow"]);
    write(path.join(root, "tensorflow.former-2", "older"), "1");
    await tidy("tensorflow", root);
    expect(readdirSync(path.join(root, "tensorflow"))).toEqual(["old"]);
  });

  test("is emptied by removing, with what is unfinished", async () => {
    write(path.join(root, "webgpu", "a"), "1");
    write(path.join(root, "webgpu.unfinished", "b"), "1");
    expect(await remove("webgpu", root)).toBe(true);
    expect(readdirSync(root)).toEqual([]);
    expect(await remove("webgpu", root)).toBe(false);
  });

  test("belongs to one process at a time, and to none that has ended", async () => {
    await withLock("tensorflow", root, async () => {
      const problem = await problemOf(withLock("tensorflow", root, () => Promise.resolve()));
      expect(problem.message).toContain(`Process ${process.pid} is installing`);
    });
    writeFileSync(path.join(root, "tensorflow.lock"), "999999999");
    expect(await withLock("tensorflow", root, () => Promise.resolve(7))).toBe(7);
    expect(readdirSync(root)).toEqual([]);
  });
});

describe("what is put together", () => {
  test("is gone on with, as far as it is whole and the same", async () => {
    const folder = path.join(root, "s");
    const first = await Staging.open(folder, "key");
    write(path.join(folder, "a"), "12345");
    await first.finish("packages", ["a"], ["library"]);
    expect(await first.has("packages")).toBe(true);
    expect(await (await Staging.open(folder, "key")).has("packages")).toBe(true);
    expect(await (await Staging.open(folder, "key")).has("library")).toBe(false);
    writeFileSync(path.join(folder, "a"), "123");
    expect(await (await Staging.open(folder, "key")).has("packages")).toBe(false);
    expect(await (await Staging.open(folder, "other")).has("packages")).toBe(false);
    expect(existsSync(path.join(folder, "a"))).toBe(false);
  });

  test("a step that is done again has the later ones done again", async () => {
    const staging = await Staging.open(path.join(root, "s"), "key");
    write(path.join(root, "s", "a"), "1");
    await staging.finish("library", ["a"], ["addon"]);
    await staging.finish("addon", ["a"], []);
    await staging.finish("library", ["a"], ["addon"]);
    expect([await staging.has("library"), await staging.has("addon")]).toEqual([true, false]);
  });
});

describe("programs", () => {
  test("tell how they ended", async () => {
    const lines: string[] = [];
    const script = "console.log('one'); console.error('two'); process.exitCode = 3";
    const ended = await runProgram(process.execPath, ["-e", script], { onLine: (line) => lines.push(line) });
    expect(ended).toMatchObject({ code: 3, stdout: "one\n" });
    expect(lines.sort()).toEqual(["one", "two"]);
    expect((await runProgram(path.join(root, "none"), [])).code).toBeNull();
  });

  test("are ended, with what they have started, when nobody waits any more", async () => {
    const controller = new AbortController();
    const started = path.join(root, "started");
    const script = `const c = require("child_process").spawn("sleep", ["60"]);
      require("fs").writeFileSync(${JSON.stringify(started)}, String(c.pid)); setTimeout(() => {}, 60000)`;
    const running = runProgram(process.execPath, ["-e", script], { signal: controller.signal });
    await expect.poll(() => existsSync(started) && readFileSync(started, "utf8"), { timeout: 20_000 }).toMatch(/^\d+$/);
    controller.abort(new Error("enough"));
    await expect(running).rejects.toThrow("enough");
    const grandchild = Number(readFileSync(started, "utf8"));
    await expect.poll(() => isRunning(grandchild), { timeout: 10_000 }).toBe(false);
  });
});

/** A process that has ended but has not been waited for does not run any more. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

const evaluatorPath = path.resolve("dist", "evaluator.js");

/** A Python with TensorFlow: the one named for the test, or one of this machine. */
const named = process.env.LOSS_LANDSCAPE_TEST_TENSORFLOW;
const [installed] = named === undefined ? await findInstalled({ gpu: false }) : [];
const source = named === undefined ? installed?.source : ({ kind: "python", path: named } as const);
const lacking = [
  ...(source ? [] : ["a Python with TensorFlow (LOSS_LANDSCAPE_TEST_TENSORFLOW)"]),
  ...(findProgram("c++", "g++", "clang++") ? [] : ["a C++ compiler"]),
];

if (source === undefined || lacking.length > 0) {
  test.skip(`native TensorFlow is not installed here for want of ${lacking.join(" and ")}`, () => undefined);
} else {
  const order: InstallOrder = { engine: "tensorflow", source, gpu: false };
  const tested = (folder: string): Promise<EngineReport> => engineInFolder("tensorflow", folder, { evaluatorPath });

  test(
    "native TensorFlow is built, interrupted and gone on with, tested, and takes its place",
    { timeout: 600_000 },
    async () => {
      const staging = stagingFolder("tensorflow", root);
      const controller = new AbortController();
      const messages: string[] = [];
      const interrupted = install(order, {
        root,
        signal: controller.signal,
        log: () => undefined,
        progress: ({ message, fraction }) => {
          expect(fraction).toBeGreaterThanOrEqual(0);
          expect(fraction).toBeLessThan(1);
          if (message.startsWith("Copying libtensorflow_cc")) controller.abort(new Error("interrupted"));
        },
        test: () => Promise.reject(new Error("it is not whole")),
      });
      await expect(interrupted).rejects.toThrow("interrupted");
      expect(readdirSync(root)).toEqual(["tensorflow.unfinished"]);
      const packages = path.join(staging, "node_modules", ".package-lock.json");
      const before = digestOf(packages);

      const report = await install(order, {
        root,
        log: (line) => messages.push(line),
        progress: () => undefined,
        test: async (folder) => {
          // Until its test has passed, nothing is in its place.
          expect(readdirSync(root).sort()).toEqual(["tensorflow.lock", "tensorflow.unfinished"]);
          return tested(folder);
        },
      });
      expect(messages).toContain("packages: there already");
      const place = path.join(root, "tensorflow");
      expect(report).toMatchObject({ state: "ready", device: "CPU", folder: place });
      expect(report.selfTestError).toBeLessThan(1e-5);
      expect(readdirSync(root)).toEqual(["tensorflow"]);
      expect(digestOf(path.join(place, "node_modules", ".package-lock.json"))).toBe(before);
      expect(await tested(place)).toMatchObject({ state: "ready", folder: place });

      // A test that fails changes nothing of what is there.
      const failing = install(order, {
        root,
        log: () => undefined,
        progress: () => undefined,
        test: () => Promise.resolve({ name: "tensorflow", label: "T", state: "wrong", detail: "It is off." }),
      });
      expect((await problemOf(failing)).message).toBe(
        "Native TensorFlow was put together but failed its test: It is off.",
      );
      expect(readdirSync(root)).toEqual(["tensorflow"]);
      expect(await remove("tensorflow", root)).toBe(true);
    },
  );

  test("a GPU is refused in one sentence where there is no driver, or no CUDA in the package", async () => {
    const problem = await problemOf(prepareOrder({ ...order, gpu: true }, root));
    expect(problem.message).toMatch(/^No NVIDIA driver was found|is built without CUDA/);
  });
}

function digestOf(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}
