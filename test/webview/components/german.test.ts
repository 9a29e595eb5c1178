import { expect, test } from "vitest";
import german from "../../../l10n/bundle.l10n.de.json?raw";
import { oracleSurface } from "../support/surface";

test("a page with German texts shows German, and English where a text has no translation", async () => {
  const texts = JSON.parse(german) as Record<string, string>;
  delete texts["Run settings"];
  const data = document.createElement("script");
  data.type = "application/json";
  data.id = "l10n";
  data.textContent = JSON.stringify(texts);
  document.head.append(data);
  // Texts are made when their modules are loaded: not before the page has them.
  const { mountPanel } = await import("../support/panel");
  const { storiesOf } = await import("../support/stories");
  const mounted = await mountPanel(storiesOf(oracleSurface(11)).running);
  const tabs = mounted.all('[role="tab"]').map((tab) => tab.textContent?.trim() ?? "");
  expect(tabs).toContain("Höhenlinien");
  expect(mounted.text('[data-fact="data"]')).toBe("test.npz, 500 Samples");
  expect(mounted.text(".left")).toBe("noch 0:38");
  expect(mounted.text(".points")).toMatch(/^\d+ von 121 Punkten$/);
  mounted.find('[label="Exportieren"]');
  mounted.find('[label="Lauf abbrechen"]');
  expect(mounted.find("run-settings").shadowRoot!.querySelector("summary")!.textContent).toContain("Run settings");
});
