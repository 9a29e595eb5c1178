import { expect, test } from "vitest";
import { mountPanel, settled, tidy } from "../support/panel";
import { storiesOf } from "../support/stories";
import { measuringOrder, oracleSurface } from "../support/surface";

const surface = oracleSurface(11);
const stories = storiesOf(surface);

test("holds every number of the grid in full precision, under its coordinates", async () => {
  const mounted = await mountPanel({ ...stories.done, view: { table: true } });
  const table = mounted.find<HTMLTableElement>("table");
  const alphas = [...table.tHead!.rows[0]!.cells].slice(1).map((cell) => Number(cell.dataset.alpha));
  expect(alphas).toEqual(surface.x);
  const rows = [...table.tBodies[0]!.rows];
  expect(rows.map((row) => Number(row.cells[0]!.dataset.beta))).toEqual([...surface.y].reverse());
  for (const [line, row] of rows.entries()) {
    const y = surface.y.length - 1 - line;
    for (const [column, cell] of [...row.cells].slice(1).entries()) {
      const index = y * surface.x.length + column;
      expect(Number(cell.dataset.loss)).toBe(surface.loss[index]);
      expect(Number(cell.dataset.accuracy)).toBe(surface.accuracy[index]);
      expect(cell.dataset.measured).toBe("1");
    }
  }
  const centre = mounted.find('td[data-index="60"]');
  expect(tidy(centre.textContent)).toBe("0.406");
  expect(centre.title).toBe("loss 0.40569305419921875, accuracy 84.4 %, measured");
});

test("marks what is interpolated, by a sign and a word and not by its colour alone", async () => {
  const mounted = await mountPanel(stories.table);
  const measured = new Set(measuringOrder(surface).slice(0, 53));
  for (const cell of mounted.all("td[data-index]")) {
    const known = measured.has(Number(cell.dataset.index));
    expect(cell.dataset.measured).toBe(known ? "1" : "0");
    expect(tidy(cell.textContent).startsWith("≈")).toBe(!known);
    expect(cell.textContent!.includes("interpolated")).toBe(!known);
  }
});

test("leaves empty what is not known", async () => {
  const mounted = await mountPanel({ ...stories["first-points"], view: { table: true } });
  expect(mounted.all("td[data-loss]")).toHaveLength(5);
  expect(mounted.all("td:not([data-loss])")).toHaveLength(116);
});

test("shows the metric that is chosen", async () => {
  const mounted = await mountPanel({ ...stories.done, view: { table: true, metric: "accuracy" } });
  expect(tidy(mounted.find('td[data-index="60"]').textContent)).toBe("84.4 %");
  expect(mounted.text("caption")).toContain("Accuracy at each grid point");
});

test("takes the place of the figure from the display options", async () => {
  const mounted = await mountPanel(stories.done);
  mounted.find('vscode-toolbar-button[label="Display options"]').click();
  await settled();
  const box = mounted.find<HTMLElementTagNameMap["vscode-checkbox"]>('[label="Show as table"]');
  box.checked = true;
  box.dispatchEvent(new Event("change", { bubbles: true }));
  await settled();
  expect(mounted.all("table[class], data-table")).toHaveLength(1);
  expect(mounted.all("contour-figure")).toHaveLength(0);
  expect(mounted.kept()!.view.table).toBe(true);
});
