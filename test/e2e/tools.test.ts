import { existsSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunResult } from "../../server/protocol/result";
import { cellsOf } from "./support/cells";
import { packExtension } from "./support/vsix";
import { Driver } from "./support/workbench";
import { Workspace } from "./support/workspace";

const workspace = new Workspace();
let driver: Driver;
let expected: RunResult;
/** What the run has told the language model. */
let told: string | undefined;

beforeAll(async () => {
  workspace.addModel("net");
  workspace.writeStudy("oracle", { points: 5, samples: 100 });
  workspace.copy("net.onnx", "oracle.onnx");
  expected = workspace.commandLine("oracle");
  rmSync(workspace.path("oracle.onnx"));
  rmSync(workspace.path("oracle.landscape.json"));
  const caller = workspace.path("caller.vsix");
  packExtension(path.resolve("test", "e2e", "support", "caller"), caller);
  driver = await Driver.open(workspace.folder, { "chat.disableAIFeatures": false }, [caller]);
  // At its very first start the workbench may know only one of two extensions that were installed together.
  for (let attempt = 0; attempt < 4 && !(await knowsCaller()); attempt++) await driver.reload();
});

afterAll(async () => {
  await driver?.close();
  workspace.remove();
});

/** What came of a call, as the language model would be told. */
interface Answer {
  readonly description?: string;
  readonly schema?: { readonly required?: readonly string[] };
  readonly text?: string;
  readonly error?: string;
}

/** Whether the workbench has the extension that calls. */
async function knowsCaller(): Promise<boolean> {
  await driver.page.keyboard.press("F1");
  await driver.quickInput.fill(">Tool Caller");
  const entry = driver.row("Tool Caller: Call Tool");
  const found = await entry.waitFor({ timeout: 8000 }).then(
    () => true,
    () => false,
  );
  await driver.page.keyboard.press("Escape");
  await driver.quickInput.waitFor({ state: "hidden" });
  return found;
}

const dialog = () => driver.page.locator(".monaco-dialog-box");

/** Has a tool called, as a language model does it; `confirm` is what the user answers when asked. */
async function call(name: string, input: object, confirm?: (question: string) => string): Promise<Answer> {
  rmSync(workspace.path("tool-answer.json"), { force: true });
  workspace.write("tool-call.json", JSON.stringify({ name, input }));
  await driver.command("Tool Caller: Call Tool");
  if (confirm !== undefined) {
    await dialog().waitFor({ timeout: 60_000 });
    const answer = confirm(await dialog().innerText());
    await dialog().getByRole("button", { name: answer, exact: true }).click();
    await dialog().waitFor({ state: "hidden" });
  }
  await expect.poll(() => existsSync(workspace.path("tool-answer.json")), { timeout: 120_000 }).toBe(true);
  expect(await dialog().count()).toBe(0);
  return JSON.parse(workspace.read("tool-answer.json")) as Answer;
}

const journals = () => {
  const folder = workspace.path(".loss-landscape");
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".jsonl")) : [];
};

const input = () => ({ model: workspace.path("net.onnx"), points: 5, samples: 100 });

test("a language model finds nothing before anything was run, and is told how to run it", async () => {
  const { text, description, schema } = await call("describe_landscape", { path: workspace.path("net.onnx") });
  expect(text).toContain("There is no run of");
  expect(text).toContain("run_landscape computes one.");
  expect(description).toContain("computes nothing");
  expect(schema?.required).toEqual(["path"]);
});

test("what would be run is asked first with its cost, and nothing is run when the user refuses", async () => {
  let question = "";
  const { error, text } = await call("run_landscape", input(), (asked) => {
    question = asked;
    return "Cancel";
  });
  expect(question).toContain("Compute the loss landscape of net.onnx?");
  expect(question).toContain("5 × 5 points on 100 samples");
  expect(question).toContain("25 evaluations of the loss");
  expect(text).toBeUndefined();
  expect(error).toMatch(/cancel/i);
  expect(driver.runs()).toBe(0);
  expect(journals()).toEqual([]);
  expect(await driver.page.locator("iframe.webview").count()).toBe(0);
});

test("after the user has agreed the run is measured, shown and told with the command line's numbers", async () => {
  const { text, error } = await call("run_landscape", input(), () => "Yes");
  expect(error).toBeUndefined();
  expect(journals()).toHaveLength(1);
  expect(driver.runs()).toBe(1);
  const panel = driver.panel();
  await panel.state("done");
  expect(await panel.table()).toEqual(cellsOf(expected));
  const losses = expected.surfaces[0]!.loss.flat().map(Number);
  expect(text).toContain(`At the trained weights: loss ${Number(expected.centre.loss).toPrecision(3)} ±`);
  expect(text).toContain(`highest ${Math.max(...losses).toPrecision(3)} at α`);
  expect(text).toContain("5 × 5 points");
  expect(text).toContain("25 measured");
  told = text;
});

test("describing tells the same of the saved run, without asking or computing", async () => {
  const runs = driver.runs();
  const before = journals();
  const { text } = await call("describe_landscape", { path: workspace.path("net.onnx") });
  expect(text).toBe(told);
  const journal = workspace.path(".loss-landscape", before[0]!);
  expect((await call("describe_landscape", { path: journal })).text).toBe(text);
  expect(driver.runs()).toBe(runs);
  expect(journals()).toEqual(before);
});

test("what is wrong with a call is told in a sentence, and nothing is asked", async () => {
  const { error } = await call("run_landscape", { ...input(), model: workspace.path("missing.onnx") });
  expect(error).toContain("missing.onnx");
  expect(error).not.toMatch(/\n\s+at /);
});
