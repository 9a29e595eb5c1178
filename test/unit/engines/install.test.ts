import path from "node:path";
import { describe, expect, test } from "vitest";
import { driverFiles } from "../../../server/engines/install/cuda";
import { officialAddress } from "../../../server/engines/install/find";
import { headersOf, includesOf } from "../../../server/engines/install/headers";
import { librariesOf } from "../../../server/engines/install/library";
import { enginesFolder, installedFolder, stagingFolder } from "../../../server/engines/install/places";
import { megabytes, planOf, wheelName } from "../../../server/engines/install/plan";
import { cause } from "../../../server/engines/install/programs";
import { isBuiltWithCuda, titleOf, type PythonPackage } from "../../../server/engines/install/pythonPackage";
import { toProblem } from "../../../server/protocol/problem";

/** TensorFlow for Python with these files. */
function packageOf(files: Readonly<Record<string, string>>): PythonPackage {
  return {
    path: "/wheels/t.whl",
    title: "tensorflow 2.21.0",
    identity: "",
    sizeOf: (name) => Promise.resolve(files[name]?.length),
    pieces: async function* (name) {
      yield new TextEncoder().encode(files[name]);
    },
    fileOf: () => undefined,
    close: () => Promise.resolve(),
  };
}

const messageOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "nothing was thrown",
    (error: unknown) => toProblem(error).message,
  );

describe("where engines are installed", () => {
  const at = (platform: NodeJS.Platform, env: Record<string, string> = {}): string =>
    enginesFolder({ platform, env, home: platform === "win32" ? "C:\\Users\\u" : "/home/u" });

  test("in the user's data folder of the system, or where the variable says", () => {
    expect(at("linux")).toBe("/home/u/.local/share/loss-landscape/engines");
    expect(at("linux", { XDG_DATA_HOME: "/data" })).toBe("/data/loss-landscape/engines");
    expect(at("darwin")).toBe("/home/u/Library/Application Support/loss-landscape/engines");
    expect(at("win32")).toBe("C:\\Users\\u\\AppData\\Local\\loss-landscape\\engines");
    expect(at("linux", { LOSS_LANDSCAPE_ENGINES: "/storage/engines" })).toBe("/storage/engines");
  });

  test("put together beside their place, so that moving them there is one step", () => {
    expect(installedFolder("tensorflow", "/e")).toBe(path.join("/e", "tensorflow"));
    expect(path.dirname(stagingFolder("tensorflow", "/e"))).toBe(path.dirname(installedFolder("tensorflow", "/e")));
  });
});

describe("TensorFlow for Python", () => {
  test("is known by its metadata", () => {
    expect(titleOf("tensorflow_cpu-2.21.0.dist-info/METADATA")).toBe("tensorflow_cpu 2.21.0");
    expect(titleOf("tensorflow-2.16.1.dist-info/")).toBe("tensorflow 2.16.1");
    expect(titleOf("tensorflow_datasets-4.9.0.dist-info/METADATA")).toBeUndefined();
    expect(titleOf("tensorflow/include/tensorflow/c/c_api.h")).toBeUndefined();
  });

  test("has two libraries on Linux and macOS, and none to link with on Windows", async () => {
    const from = packageOf({
      "tensorflow/libtensorflow_cc.so.2": "abc",
      "tensorflow/libtensorflow_framework.so.2": "abcd",
    });
    expect(await librariesOf(from, "linux")).toEqual([
      { name: "tensorflow/libtensorflow_cc.so.2", size: 3 },
      { name: "tensorflow/libtensorflow_framework.so.2", size: 4 },
    ]);
    expect(await messageOf(librariesOf(from, "darwin"))).toContain("lacks libtensorflow_cc.2.dylib");
    expect(await messageOf(librariesOf(from, "win32"))).toContain("no library for this platform");
  });

  test("says whether it is built with CUDA", async () => {
    const name = "tensorflow/python/platform/build_info.py";
    const info = (said: string) =>
      packageOf({ [name]: `build_info = OrderedDict([('is_cuda_build', ${said}), ('x', 1)])` });
    expect(await isBuiltWithCuda(info("True"))).toBe(true);
    expect(await isBuiltWithCuda(info("False"))).toBe(false);
    expect(await isBuiltWithCuda(packageOf({}))).toBeUndefined();
  });
});

describe("headers", () => {
  const roots = {
    "tensorflow/c/c_api.h": '#include <stddef.h>\n #  include "tensorflow/c/deep.h"\n',
    "tensorflow/c/eager/c_api.h": '#include "tensorflow/c/c_api.h"\n',
    "tensorflow/c/tf_datatype.h": "",
    "tensorflow/c/tf_status.h": "",
    "tensorflow/c/tf_tensor.h": "",
    "tensorflow/core/platform/ctstring_internal.h": "",
  };
  const under = (files: Readonly<Record<string, string>>) =>
    packageOf(Object.fromEntries(Object.entries(files).map(([name, text]) => [`tensorflow/include/${name}`, text])));

  test("are followed through all that they include", async () => {
    const found = await headersOf(
      under({ ...roots, "tensorflow/c/deep.h": '#include "xla/status.h"', "xla/status.h": "" }),
    );
    expect([...found.keys()].sort()).toEqual([...Object.keys(roots), "tensorflow/c/deep.h", "xla/status.h"].sort());
  });

  test("that are missing are named", async () => {
    expect(await messageOf(headersOf(under(roots)))).toBe(
      "tensorflow 2.21.0 in /wheels/t.whl lacks the header tensorflow/c/deep.h.",
    );
  });

  test("that would lie outside the folder are left out", async () => {
    const found = await headersOf(
      under({ ...roots, "tensorflow/c/deep.h": '#include "../../../etc/x.h"\n#include "/x.h"' }),
    );
    expect([...found.keys()].some((name) => name.includes("..") || name.startsWith("/"))).toBe(false);
    expect(includesOf('#include <a.h>\n// #include "b.h"\n#include "c.h" // why')).toEqual(["c.h"]);
  });
});

describe("plans", () => {
  const folder = "/e/tensorflow";

  test("of a Python installation: copy and build", () => {
    const source = { kind: "python", path: "/p" } as const;
    const facts = { folder, title: "tensorflow 2.21.0 in /p", libraryBytes: 853e6 };
    const plan = planOf({ engine: "tensorflow", source, gpu: false }, facts);
    expect(plan.steps).toEqual(["packages", "library", "headers", "addon"]);
    expect(plan.bytes).toBeGreaterThan(853e6);
    expect(plan.sentences.join(" ")).toContain("copied out of tensorflow 2.21.0 in /p: 853 MB");
    expect(plan.sentences.at(-1)).toContain(folder);
  });

  test("of pip: a wheel first", () => {
    const source = { kind: "pip", python: "/usr/bin/python3" } as const;
    const { steps, sentences } = planOf({ engine: "tensorflow", source, gpu: false }, { folder });
    expect(steps).toEqual(["packages", "wheel", "library", "headers", "addon"]);
    expect(sentences.join(" ")).toContain("pip of /usr/bin/python3");
  });

  test("of the official library: the package for GPUs only where these are asked for", () => {
    const source = { kind: "official" } as const;
    const cpu = planOf({ engine: "tensorflow", source, gpu: false }, { folder });
    const gpu = planOf({ engine: "tensorflow", source, gpu: true }, { folder });
    expect([cpu.steps, gpu.steps]).toEqual([
      ["packages", "official"],
      ["packages", "official"],
    ]);
    expect(cpu.packages).toEqual(["@tensorflow/tfjs-node@4.22.0"]);
    expect(gpu.packages).toEqual(["@tensorflow/tfjs-node-gpu@4.22.0"]);
    expect(gpu.bytes).toBeGreaterThan(cpu.bytes);
  });

  test("of WebGPU: one package", () => {
    const plan = planOf({ engine: "webgpu" }, { folder: "/e/webgpu" });
    expect(plan.steps).toEqual(["packages"]);
    expect(plan.packages).toEqual([expect.stringMatching(/^webgpu@\d/)]);
    expect(plan.sentences[0]).toMatch(/^npm downloads webgpu \d/);
  });

  test("name sizes and wheels", () => {
    expect(megabytes(853_308_936)).toBe("853 MB");
    expect(wheelName(false, "linux", "x64")).toBe("tensorflow-cpu");
    expect(wheelName(true, "linux", "x64")).toBe("tensorflow");
    expect(wheelName(false, "darwin", "arm64")).toBe("tensorflow");
  });
});

describe("what this machine has", () => {
  test("the official address is that of the package's own installer", () => {
    const address = (platform: NodeJS.Platform, arch: NodeJS.Architecture, gpu = false, env = {}) =>
      officialAddress(gpu, { platform, arch, env })?.split("/").at(-1);
    expect(address("linux", "x64")).toBe("libtensorflow-cpu-linux-x86_64-2.9.1.tar.gz");
    expect(address("linux", "x64", true)).toBe("libtensorflow-gpu-linux-x86_64-2.9.1.tar.gz");
    expect(address("win32", "x64")).toBe("libtensorflow-cpu-windows-x86_64-2.9.1.zip");
    expect(address("darwin", "arm64")).toBe("libtensorflow_r2_7_darwin_arm64_cpu.tar.gz");
    expect(address("darwin", "x64", true)).toBeUndefined();
    expect(address("win32", "arm64")).toBeUndefined();
    expect(address("linux", "x64", false, { TFJS_NODE_BASE_URI: "http://mirror/lib-" })).toBe(
      "lib-cpu-linux-x86_64-2.9.1.tar.gz",
    );
  });

  test("the driver is looked for where the system has it", () => {
    expect(driverFiles({ platform: "darwin", env: {} })).toEqual([]);
    expect(driverFiles({ platform: "win32", env: { SystemRoot: "D:\\W" } })).toEqual(["D:\\W\\System32\\nvcuda.dll"]);
    expect(driverFiles({ platform: "linux", env: { LD_LIBRARY_PATH: "/a:/b" } }).slice(0, 2)).toEqual([
      "/a/libcuda.so.1",
      "/b/libcuda.so.1",
    ]);
  });

  test("the line that tells why a program failed is found", () => {
    const tail = (text: string) => cause({ code: 1, stdout: "", tail: text });
    expect(
      tail("npm error code E404\nnpm error 404 Not Found\nnpm error A complete log of this run can be found in: /x"),
    ).toBe("npm error code E404");
    const uncaught =
      "node:events:497\n      throw er; // Unhandled 'error' event\n      ^\n\nError: getaddrinfo ENOTFOUND h\n";
    expect(tail(uncaught)).toBe("Error: getaddrinfo ENOTFOUND h");
    expect(tail("one\ntwo.\n")).toBe("two");
    expect(tail("")).toBe("it told no reason");
  });
});
