import { beforeAll, expect, test } from "vitest";
import german from "../../../l10n/bundle.l10n.de.json?raw";
import type * as Panel from "../support/panel";
import type * as Stories from "../support/stories";
import { oracleSurface } from "../support/surface";

let mountPanel: typeof Panel.mountPanel;
let stories: ReturnType<typeof Stories.storiesOf>;

beforeAll(async () => {
  const texts = JSON.parse(german) as Record<string, string>;
  delete texts["Run settings"];
  const data = document.createElement("script");
  data.type = "application/json";
  data.id = "l10n";
  data.textContent = JSON.stringify(texts);
  document.head.append(data);
  // Texts are made when their modules are loaded: not before the page has them.
  ({ mountPanel } = await import("../support/panel"));
  const { storiesOf } = await import("../support/stories");
  stories = storiesOf(oracleSurface(11));
});

test("a page with German texts shows German, and English where a text has no translation", async () => {
  const mounted = await mountPanel(stories.running);
  const tabs = mounted.all('[role="tab"]').map((tab) => tab.textContent?.trim() ?? "");
  expect(tabs).toContain("Höhenlinien");
  expect(mounted.text('[data-fact="data"]')).toBe("test.npz, 500 Samples");
  expect(mounted.text(".left")).toBe("noch 0:38");
  expect(mounted.text(".points")).toMatch(/^\d+ von 121 Punkten$/);
  mounted.find('[label="Exportieren"]');
  mounted.find('[label="Lauf abbrechen"]');
  expect(mounted.find("run-settings").shadowRoot!.querySelector("summary")!.textContent).toContain("Run settings");
});

test("names keep their capitals within German sentences, and verbs are verbs", async () => {
  const refused = await mountPanel(stories["compare-refused"]);
  expect(refused.text('.message[data-level="error"]')).toContain("misst den Loss „Mittlerer quadratischer Fehler“");
  const trust = await mountPanel(stories.trust);
  expect(trust.text('[data-check="centre-convexity"] .num')).toBe("Ausführen");
});

test.each([320, 400, 500, 760])(
  "German fits into %d pixels in every state",
  async (width) => {
    const tooWide: string[] = [];
    for (const [name, story] of Object.entries(stories)) {
      const mounted = await mountPanel(story, { width });
      if (mounted.panel.scrollWidth > width) tooWide.push(`${name}: ${mounted.panel.scrollWidth}`);
      const tabs = mounted.all('[role="tablist"]').filter((list) => list.scrollWidth > list.clientWidth);
      if (tabs.length > 0) tooWide.push(`${name}: tabs`);
      mounted.panel.remove();
    }
    expect(tooWide).toEqual([]);
  },
  60_000,
);
