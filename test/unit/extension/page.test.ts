import { expect, test } from "vitest";
import { pageOf } from "../../../extension/panels/html";

const page = () =>
  pageOf({
    source: "https://*.vscode-cdn.net",
    script: "https://files/panel.js",
    icons: "https://files/codicon.css",
    language: "en",
    title: 'Landscape: "a<b>&c".onnx',
  });

test("the policy lets in our own script and style only, with a nonce that differs each time", () => {
  const [policy = ""] = /content="default-src[^"]*"/.exec(page()) ?? [];
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe|\*(?!\.vscode-cdn)/);
  const [, nonce] = /script-src 'nonce-([\w-]{22})'/.exec(policy) ?? [];
  expect(nonce).toBeDefined();
  const [, other] = /script-src 'nonce-([\w-]{22})'/.exec(page()) ?? [];
  expect(other).not.toBe(nonce);
});

test("every script and style sheet carries the nonce of the policy", () => {
  const html = page();
  const [, nonce] = /script-src 'nonce-([\w-]+)'/.exec(html) ?? [];
  for (const [tag] of html.matchAll(/<(script|link)[^>]*>/g)) expect(tag).toContain(`nonce="${nonce}"`);
});

test("names of files cannot add markup", () => {
  expect(page()).toContain("<title>Landscape: &quot;a&lt;b&gt;&amp;c&quot;.onnx</title>");
});
