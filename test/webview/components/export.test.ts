import axe from "axe-core";
import { describe, expect, test } from "vitest";
import type { AskMessage } from "../../../webview/protocol/asks";
import { base64Of } from "../../../webview/components/export-menu/base64";
import { linesSnapshot } from "../support/method";
import { allDeep, mountPanel, settled, tidy } from "../support/panel";
import type { Mounted } from "../support/panel";
import { dataProblem } from "../support/problems";
import { storiesOf } from "../support/stories";
import { oracleSurface } from "../support/surface";
import { themes } from "../themes/all";
import type { ThemeName } from "../themes/all";

const stories = storiesOf(oracleSurface(11));

const items = (mounted: Mounted) => mounted.all('[aria-label="Export"] [role="menuitem"]');

/** Opens the menu and chooses an entry. */
async function choose(mounted: Mounted, label: string): Promise<void> {
  mounted.find('vscode-toolbar-button[label="Export"]').click();
  await settled();
  const item = items(mounted).find((each) => tidy(each.textContent) === label);
  if (!item) throw new Error(`The menu has no "${label}"`);
  item.click();
  await settled();
}

/** The question that the panel has asked last. */
async function asked(mounted: Mounted): Promise<AskMessage> {
  await expect.poll(() => mounted.posted.some(({ kind }) => kind === "ask"), { timeout: 10_000 }).toBe(true);
  return mounted.posted.filter((message) => message.kind === "ask").at(-1)!;
}

describe("the Export menu", () => {
  test("has pictures, data and the command line for a surface", async () => {
    const mounted = await mountPanel(stories.done);
    expect(items(mounted).map((item) => tidy(item.textContent))).toEqual([
      "Picture (PNG)",
      "Picture for papers (SVG)",
      "Copy image",
      "Interactive page (HTML)",
      "Table (CSV)",
      "Everything (JSON)",
      "NumPy arrays (NPZ)",
      "HDF5",
      "Mesh for ParaView (VTP)",
      "Mesh (OBJ)",
      "Copy command line",
    ]);
  });

  test("has no meshes for lines, and no picture where the view has none", async () => {
    const mounted = await mountPanel({ messages: [{ kind: "snapshot", snapshot: linesSnapshot() }] });
    const labels = () => items(mounted).map((item) => tidy(item.textContent));
    expect(labels()).not.toContain("Mesh (OBJ)");
    const trust = mounted.all('[role="tab"]').find((tab) => tidy(tab.textContent).startsWith("Trust"))!;
    trust.click();
    await settled();
    expect(mounted.all("[data-figure]")).toEqual([]);
    expect(labels()[0]).toBe("Interactive page (HTML)");
  });

  test("is not there before there is a run", async () => {
    const mounted = await mountPanel({ messages: [{ kind: "problem", problem: dataProblem }] });
    expect(mounted.all("export-menu")).toEqual([]);
  });

  test("works by keyboard and gives the focus back", async () => {
    const mounted = await mountPanel(stories.done);
    mounted.find('vscode-toolbar-button[label="Export"]').click();
    await settled();
    const all = items(mounted);
    const focused = () => (all[0]!.getRootNode() as ShadowRoot).activeElement;
    const press = (key: string) =>
      focused()!.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, composed: true }));
    press("End");
    expect(focused()).toBe(all.at(-1));
    press("ArrowUp");
    expect(focused()).toBe(all.at(-2));
    press("Escape");
    await settled();
    expect(mounted.all("export-menu")[0]!.shadowRoot!.activeElement?.localName).toBe("more-menu");
  });
});

describe("an export", () => {
  test("of data asks for the run that is shown, and then says where it is", async () => {
    const mounted = await mountPanel(stories.done);
    await choose(mounted, "NumPy arrays (NPZ)");
    const question = await asked(mounted);
    const { journal } = mounted.kept()!;
    expect(question).toMatchObject({ ask: "export", params: { journal, format: "npz" } });
    expect(mounted.all("notice-line")).toEqual([]);
    await mounted.send({ kind: "answer", id: question.id, result: { path: "/results/net surface.npz" } });
    expect(mounted.text("[data-outcome]")).toContain("net surface.npz was written.");
    mounted.find("[data-outcome] vscode-button").click();
    expect(mounted.posted.at(-1)).toEqual({ kind: "reveal", path: "/results/net surface.npz" });
    mounted.find('[label="Dismiss"]').click();
    await settled();
    expect(mounted.all("notice-line")).toEqual([]);
  });

  test("that the user gave up says nothing", async () => {
    const mounted = await mountPanel(stories.done);
    await choose(mounted, "Table (CSV)");
    const { id } = await asked(mounted);
    await mounted.send({ kind: "answer", id, result: {} });
    expect(mounted.all("[data-outcome]")).toEqual([]);
  });

  test("that failed says why and what to do", async () => {
    const mounted = await mountPanel(stories.done);
    await choose(mounted, "HDF5");
    const { id } = await asked(mounted);
    await mounted.send({ kind: "answer", id, problem: dataProblem });
    expect(mounted.text("[data-outcome]")).toContain(`${dataProblem.message} ${dataProblem.advice}`);
  });

  test("of a picture sends what the view has drawn", async () => {
    const mounted = await mountPanel(stories.done);
    await choose(mounted, "Picture for papers (SVG)");
    const svg = await asked(mounted);
    expect(svg).toMatchObject({ ask: "save-picture", params: { name: "fashion-resnet8-contour", type: "svg" } });
    expect((svg.params as { content: string }).content).toMatch(/^<svg[^>]*>[\s\S]*ONNX Runtime[\s\S]*<\/svg>\s*$/);
    await mounted.send({ kind: "answer", id: svg.id, result: {} });
    await choose(mounted, "Picture (PNG)");
    await expect.poll(async () => (await asked(mounted)).id, { timeout: 10_000 }).not.toBe(svg.id);
    const png = await asked(mounted);
    const image = new Image();
    image.src = `data:image/png;base64,${(png.params as { content: string }).content}`;
    await image.decode();
    expect(image.naturalWidth).toBe(3 * 760);
  });

  test("of the command line copies it", async () => {
    const mounted = await mountPanel(stories.done);
    await choose(mounted, "Copy command line");
    const question = await asked(mounted);
    expect(question.ask).toBe("command-line");
    await mounted.send({ kind: "answer", id: question.id, result: { text: "loss-landscape run net.onnx" } });
    expect(mounted.posted).toContainEqual({ kind: "copy-text", text: "loss-landscape run net.onnx" });
    expect(mounted.text("[data-outcome]")).toContain("was copied");
  });
});

test.each(Object.keys(themes) as ThemeName[])("its line has no serious finding in the theme %s", async (theme) => {
  const mounted = await mountPanel(stories.done, { theme });
  await choose(mounted, "Table (CSV)");
  const { id } = await asked(mounted);
  await mounted.send({ kind: "answer", id, result: { path: "/results/net.csv" } });
  expect(mounted.all("[data-outcome]")).toHaveLength(1);
  for (const popUp of allDeep<HTMLElementTagNameMap["pop-up"]>(mounted.panel.shadowRoot!, "pop-up")) popUp.open = true;
  await settled();
  const { violations } = await axe.run(mounted.panel, { resultTypes: ["violations"] });
  expect(violations.filter(({ impact }) => impact === "serious" || impact === "critical").map(({ id }) => id)).toEqual(
    [],
  );
});

test("bytes become base64 whatever their number", () => {
  for (const length of [0, 1, 2, 3, 0x8000, 0x8001, 100_000]) {
    const bytes = Uint8Array.from({ length }, (_, k) => (k * 37) % 256);
    const back = Uint8Array.from(atob(base64Of(bytes)), (character) => character.charCodeAt(0));
    expect(back).toEqual(bytes);
  }
});
