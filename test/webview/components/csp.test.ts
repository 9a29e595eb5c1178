import codicons from "@vscode/codicons/dist/codicon.css?url";
import { expect, onTestFinished, test } from "vitest";
import { allDeep } from "../support/panel";
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

test("nothing breaks the content security policy while drawing, hovering, zooming and copying", async () => {
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
        document.addEventListener("securitypolicyviolation", (event) =>
          window.violations.push(event.violatedDirective + " " + event.blockedURI + " " + event.sourceFile));
        window.acquireVsCodeApi = () => ({ getState() {}, setState() {}, postMessage() { window.ready = true; } });
      </script>
      <script type="module" nonce="panel" src="/webview/app/main.ts"></script>
    </head><body data-vscode-theme-kind="vscode-dark"><loss-landscape-panel></loss-landscape-panel></body></html>`;
  document.body.append(frame);
  onTestFinished(() => frame.remove());
  const inside = () => frame.contentWindow as Window & { violations: string[]; ready?: boolean };
  await expect.poll(() => inside().ready, { timeout: 20_000 }).toBe(true);

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
