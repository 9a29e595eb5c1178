import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Check } from "../../server/protocol/result";
import { Driver } from "./support/workbench";
import type { Panel } from "./support/workbench";
import { Workspace } from "./support/workspace";

const workspace = new Workspace();
let driver: Driver;
let checks: readonly Check[];

beforeAll(async () => {
  workspace.addModel("few", { points: 5, samples: 50 });
  ({ checks } = workspace.commandLine("few"));
  driver = await Driver.open(workspace.folder, { "workbench.colorTheme": "Dark Modern" });
});

afterAll(async () => {
  await driver?.close();
  workspace.remove();
});

beforeEach(() => driver.closeAll());

async function openTrust(): Promise<Panel> {
  await driver.visualize("few.landscape.json");
  const panel = driver.panel();
  await panel.state("done");
  await panel.view("Trust");
  await panel.root.locator("trust-view").waitFor();
  return panel;
}

describe("the Trust view", () => {
  test("has the checks that the command line makes, with their levels", async () => {
    const panel = await openTrust();
    const rows = await panel.root.locator('tr[data-check]:not([data-level="not-run"])').evaluateAll((elements) =>
      elements.map((element) => {
        const { dataset } = element as unknown as { dataset: Record<string, string> };
        return [dataset.check, dataset.level];
      }),
    );
    expect(new Map(rows as [string, string][])).toEqual(new Map(checks.map(({ name, level }) => [name, level])));
    expect(checks.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["centre", "lowest", "sampling", "restored"]),
    );
    const passed = checks.filter(({ level }) => level === "ok").length;
    expect(await panel.root.locator("[data-verdict]").innerText()).toContain(
      `${passed} of ${checks.length} checks passed`,
    );
    await driver.screenshot("trust-dark");
  });

  test("offers the checks that were not run, and tells how to read the picture", async () => {
    const panel = await openTrust();
    for (const title of ["Nearly convex at the trained weights", "Second pair of directions"]) {
      await panel.button(`Run: ${title}`).waitFor();
    }
    await panel.root.getByText("How to read this").click();
    await panel.root.locator('[data-guide="scale"]').getByText("filter-normalised").waitFor();
  });

  test("compares the plane with one along other directions, which it measures", async () => {
    const panel = await openTrust();
    await panel.button("Run: Second pair of directions").click();
    const row = panel.root.locator('tr[data-check="second-pair"]:not([data-level="not-run"])');
    await row.waitFor({ timeout: 120_000 });
    expect(await row.locator(".value").innerText()).toMatch(/^\d+\.\d.%$/);
    await panel.root.locator('tr[data-evidence="second-pair"] drawn-figure canvas').waitFor();
    expect(await panel.root.locator('tr[data-evidence="second-pair"] .message').innerText()).toContain("(seed 0)");
  });

  test("violates no content security policy", () => {
    expect(driver.refusals).toEqual([]);
  });
});
