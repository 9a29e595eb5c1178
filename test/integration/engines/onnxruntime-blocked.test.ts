import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { findBlock } from "../../../server/engines/onnxruntime/blockTest";
import { oneCore } from "../../../server/engines/onnxruntime/options";

describe.runIf(process.arch === "x64")("the blocked layout of ONNX Runtime", () => {
  test("is used with the processor's own blocks", async () => {
    const messages: string[] = [];
    const block = await findBlock(ort, oneCore, (message) => messages.push(message));
    expect([8, 16]).toContain(block);
    expect(messages).toEqual([]);
  });

  test("is not used, and that is told, where its numbers are wrong", async () => {
    const messages: string[] = [];
    expect(await findBlock(ort, oneCore, (message) => messages.push(message), [4])).toBeUndefined();
    expect(messages).toEqual([expect.stringMatching(/blocked layout is not used.*4 channels in a block.*off by/)]);
  });

  test("is not used on another processor", async () => {
    expect(await findBlock(ort, { provider: "webgpu", threads: 1 }, () => {})).toBeUndefined();
  });
});
