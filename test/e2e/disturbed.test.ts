import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { cellsOf } from "./support/cells";
import { Driver } from "./support/workbench";
import { Workspace } from "./support/workspace";

const workspace = new Workspace();
let driver: Driver;

beforeAll(async () => {
  workspace.addModel("large", { points: 51, samples: 500 });
  // Long enough that there is a middle to disturb, on fast machines too.
  workspace.addModel("killed", { points: 21, samples: 500 });
  workspace.addModel("restarted", { points: 25, samples: 500 });
  workspace.addModel("first", { points: 33, samples: 500 });
  workspace.addModel("second", { points: 5, samples: 100 });
  driver = await Driver.open(workspace.folder, { "lossLandscape.evaluators": 2 });
});

afterAll(async () => {
  await driver?.close();
  workspace.remove();
});

beforeEach(() => driver.closeAll());

/** How many points the journal of a model has. */
const kept = (model: string) => workspace.journal(model).filter((line) => line.startsWith("[")).length;

describe("a run that the user stops", () => {
  test("cancel keeps what was measured; resume goes on from there", async () => {
    await driver.visualize("large.onnx");
    const panel = driver.panel();
    await panel.measured(30);
    await panel.press("Cancel run", "cancelled");
    const points = kept("large");
    expect(points).toBeGreaterThanOrEqual(30);
    expect(await panel.text()).toContain(`Cancelled at ${points.toLocaleString("en")} of 2,601 points`);

    await panel.button("Resume").click();
    await panel.measured(points + 10);
    await panel.press("Cancel run", "cancelled");
    await driver.closeAll();

    // An unfinished run of the same study is offered, not thrown away.
    await driver.visualize("large.onnx");
    await panel.state("offer-resume");
    expect(await panel.text()).toContain(`${kept("large").toLocaleString("en")} of 2,601 points`);
    await panel.button("Start over").click();
    await panel.state("running");
    // Of a run without points there would be nothing to resume.
    await expect.poll(() => kept("large"), { timeout: 60_000 }).toBeGreaterThan(0);
  });

  test("a pause hands out no more points until it is over", async () => {
    await driver.visualize("large.onnx");
    const panel = driver.panel();
    await panel.state("offer-resume");
    await panel.button("Resume").click();
    await panel.state("running");
    await panel.press("Pause run", "paused");
    // Points in flight are finished, which takes a while on a busy machine.
    const grown = async (): Promise<number> => {
      const before = kept("large");
      await driver.page.waitForTimeout(1000);
      return kept("large") - before;
    };
    await expect.poll(grown).toBe(0);
    expect(await grown()).toBe(0);
    const points = kept("large");
    await panel.press("Resume run", "running");
    await panel.measured(points + 5);
  });

  test("closing the panel ends the run and its evaluators", async () => {
    await driver.visualize("large.onnx");
    await driver.panel().button("Resume").click();
    await driver.panel().state("running");
    const computing = driver.processes("evaluator.js");
    expect(computing).not.toEqual([]);
    await driver.closeAll();
    // Others wait for the next run.
    const left = () => driver.processes("evaluator.js").filter((pid) => computing.includes(pid));
    await expect.poll(left, { timeout: 60_000 }).toEqual([]);
  });
});

describe("a run whose processes die", () => {
  test("an evaluator and then the server killed in mid-run change nothing in the result", async () => {
    const undisturbed = workspace.commandLine("killed");
    await driver.visualize("killed.onnx");
    const panel = driver.panel();
    await panel.measured(10);
    await driver.kill("evaluator.js");
    await panel.measured(40);
    const server = await driver.kill("server.js");
    await panel.state("done");
    expect(driver.processes("server.js")).toHaveLength(1);
    expect(driver.processes("server.js")).not.toContain(server);
    expect(await panel.table()).toEqual(cellsOf(undisturbed));
  });

  test("a restart of the worker in mid-run goes on with the same run", async () => {
    await driver.visualize("restarted.onnx");
    const panel = driver.panel();
    await panel.measured(10);
    const [server] = driver.processes("server.js");
    await driver.command("Loss Landscape: Restart Worker");
    await expect.poll(() => driver.processes("server.js")).not.toContain(server);
    await panel.state("done");
    expect(kept("restarted")).toBe(25 * 25);
    expect(new Set(workspace.journal("restarted")).size).toBe(workspace.journal("restarted").length);
  });
});

describe("several panels", () => {
  test("compute one after the other; one that is hidden tells when it is ready, and then has everything", async () => {
    await driver.visualize("first.onnx");
    await driver.panel().measured(10);
    await driver.visualize("second.onnx");
    await driver.notification("The loss landscape of first.onnx is ready.").waitFor({ timeout: 120_000 });
    await driver.panel().state("done");
    await driver.notification("first.onnx").getByRole("button", { name: "Show" }).click();
    await driver.page.locator(".tab.active", { hasText: "Landscape: first.onnx" }).waitFor();
    await driver.panel().state("done");
    const first = await driver.panel().table();
    expect(first.size).toBe(33 * 33);
    expect([...first.values()].every(({ measured }) => measured === "1")).toBe(true);
  });
});

describe("a worker that dies again and again", () => {
  test("is given up after five times, until the user restarts it", async () => {
    for (let crash = 0; crash < 4; crash++) await driver.kill("server.js");
    await driver.kill("server.js");
    await expect.poll(() => driver.status.getAttribute("class")).toContain("error");
    expect(driver.processes("server.js")).toEqual([]);
    await driver.visualize("first.onnx");
    const panel = driver.panel();
    expect((await panel.problem()).reason).toBe("worker-lost");
    await driver.command("Loss Landscape: Restart Worker");
    await expect.poll(() => driver.processes("server.js")).toHaveLength(1);
    await panel.button("Try again").click();
    await panel.state("done");
  });
});
