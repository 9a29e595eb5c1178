import codicons from "@vscode/codicons/dist/codicon.css?url";
import { expect, onTestFinished, test } from "vitest";
import type { PanelState } from "../../../webview/protocol/messages";
import { allDeep, viewWith } from "../support/panel";
import { storiesOf } from "../support/stories";
import { oracleSurface } from "../support/surface";
import { darkModern } from "../themes/dark-modern";

/** The policy of the real panel; this page's server takes the place of the webview's own source. */
const policy = [
  "default-src 'none'",
  "img-src 'self' data: blob:",
  "script-src 'nonce-panel'",
  "style-src 'self' 'nonce-panel'",
  "font-src 'self'",
].join("; ");

const frames = async (window: Window, count = 6) => {
  for (let frame = 0; frame < count; frame++) await new Promise((resolve) => window.requestAnimationFrame(resolve));
};

type Inside = Window & { violations: string[]; ready?: boolean };

/** A page of its own with the panel, under the policy; `kept` is what an earlier session kept. */
async function framed(kept?: PanelState): Promise<{ frame: HTMLIFrameElement; inside: () => Inside }> {
  const frame = document.createElement("iframe");
  frame.width = "760";
  frame.height = "900";
  const variables = Object.entries(darkModern.variables).map(([name, value]) => `--vscode-${name}: ${value};`);
  frame.srcdoc = `<!doctype html>
    <html lang="en"><head>
      <meta http-equiv="Content-Security-Policy" content="${policy}">
      <style nonce="panel">:root { ${variables.join(" ")} }</style>
      <link id="vscode-codicon-stylesheet" rel="stylesheet" href="${codicons}" nonce="panel">
      <script nonce="panel">
        window.violations = [];
        // The tests' server sends dynamic imports through its own runner, which is in the outer page only.
        window.__vitest_browser_runner__ = { wrapDynamicImport: (load) => load() };
        document.addEventListener("securitypolicyviolation", (event) =>
          window.violations.push(event.violatedDirective + " " + event.blockedURI + " " + event.sourceFile));
        window.acquireVsCodeApi = () => ({
          getState() { return ${JSON.stringify(kept)}; },
          setState() {},
          postMessage() { window.ready = true; },
        });
      </script>
      <script type="module" nonce="panel" src="/webview/app/main.ts"></script>
    </head><body data-vscode-theme-kind="vscode-dark"><loss-landscape-panel></loss-landscape-panel></body></html>`;
  document.body.append(frame);
  onTestFinished(() => frame.remove());
  const inside = () => frame.contentWindow as Inside;
  await expect.poll(() => inside().ready, { timeout: 20_000 }).toBe(true);
  return { frame, inside };
}

test("nothing breaks the content security policy while drawing, hovering, zooming and copying", async () => {
  const { frame, inside } = await framed();
  const page = frame.contentDocument!;
  const stories = storiesOf(oracleSurface(51));
  for (const name of [
    "preparing",
    "problem",
    "offer-resume",
    "choose-data",
    "choose-model",
    "snippet-problem",
    "check-error",
    "running",
    "table",
  ] as const) {
    for (const message of stories[name].messages) inside().postMessage(message, "*");
    await frames(inside());
  }
  const root = page.querySelector("loss-landscape-panel")!.shadowRoot!;
  const find = (selector: string) => allDeep<HTMLElement>(root, selector)[0]!;
  await expect.poll(() => allDeep(root, ".canvas canvas").length, { timeout: 10_000 }).toBeGreaterThan(0);

  const Pointer = (inside() as unknown as typeof globalThis).PointerEvent;
  const Key = (inside() as unknown as typeof globalThis).KeyboardEvent;
  const canvas = find(".canvas");
  const box = canvas.getBoundingClientRect();
  const pointer = async (type: string, x: number, y: number) => {
    canvas.dispatchEvent(
      new Pointer(type, { clientX: box.left + x, clientY: box.top + y, bubbles: true, composed: true, pointerId: 1 }),
    );
    await frames(inside(), 2);
  };
  for (let step = 0; step < 10; step++) await pointer("pointermove", 100 + 30 * step, 120 + 30 * step);
  await pointer("pointerdown", 150, 150);
  await pointer("pointermove", 300, 300);
  await pointer("pointerup", 300, 300);
  for (const key of ["ArrowLeft", "+", "-", "0", "Enter", "Escape"]) {
    canvas.dispatchEvent(new Key("keydown", { key, bubbles: true, composed: true }));
    await frames(inside(), 2);
  }
  find('vscode-toolbar-button[label="Display options"]').click();
  for (const details of allDeep<HTMLDetailsElement>(root, "details")) details.open = true;
  await (find("contour-view") as HTMLElementTagNameMap["contour-view"]).copyImage();
  await frames(inside());
  expect(inside().violations).toEqual([]);

  // The listener does hear: an inline style is refused.
  page.body.setAttribute("style", "color: red");
  await expect.poll(() => inside().violations.length).toBe(1);
});

test("nothing breaks it either while the surface is drawn, turned and taken as a picture by both renderers", async () => {
  for (const renderer of ["canvas", "webgl"]) {
    const view = viewWith({ shown: "surface", options: { surface: { renderer } } });
    const { frame, inside } = await framed({ version: 1, source: "", view });
    for (const message of storiesOf(oracleSurface(21)).path.messages) inside().postMessage(message, "*");
    await frames(inside());
    const root = frame.contentDocument!.querySelector("loss-landscape-panel")!.shadowRoot!;
    const find = <T extends keyof HTMLElementTagNameMap>(name: T) =>
      allDeep<HTMLElement>(root, name)[0] as HTMLElementTagNameMap[T];
    await expect.poll(() => find("surface-figure")?.staging?.sheet, { timeout: 10_000 }).toBeDefined();
    const graphics = () => find("surface-figure").graphics !== undefined;
    await expect.poll(graphics, { timeout: 20_000 }).toBe(renderer === "webgl");
    const canvas = find("surface-figure").shadowRoot!.querySelector(".canvas")!;
    const Key = (inside() as unknown as typeof globalThis).KeyboardEvent;
    for (const key of ["ArrowLeft", "ArrowUp", "+", "0"]) {
      canvas.dispatchEvent(new Key("keydown", { key, bubbles: true, composed: true }));
      await frames(inside(), 4);
    }
    for (const type of ["png", "svg"] as const)
      expect((await find("surface-view").picture(type)).size).toBeGreaterThan(0);
    expect(inside().violations).toEqual([]);
  }
}, 60_000);
