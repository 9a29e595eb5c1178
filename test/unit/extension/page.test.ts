import { expect, test } from "vitest";
import { pageOf } from "../../../extension/panels/html";

const page = (texts?: Readonly<Record<string, string>>) =>
  pageOf({
    source: "https://*.vscode-cdn.net",
    script: "https://files/panel.js",
    icons: "https://files/codicon.css",
    language: "en",
    title: 'Landscape: "a<b>&c".onnx',
    ...(texts ? { texts } : {}),
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
  const html = page({ Loss: "Verlust" });
  const [, nonce] = /script-src 'nonce-([\w-]+)'/.exec(html) ?? [];
  for (const [tag] of html.matchAll(/<(script|link)[^>]*>/g)) expect(tag).toContain(`nonce="${nonce}"`);
});

test("names of files cannot add markup", () => {
  expect(page()).toContain("<title>Landscape: &quot;a&lt;b&gt;&amp;c&quot;.onnx</title>");
});

test("texts in the user's language stand in the page as data, whatever is in them", () => {
  const texts = { "{0} left": "noch {0}", "</script><script>": "<!-- </script> & \u2028" };
  const [, json = ""] = /<script type="application\/json" id="l10n"[^>]*>(.*?)<\/script>/s.exec(page(texts)) ?? [];
  expect(JSON.parse(json)).toEqual(texts);
  expect(json).not.toContain("<");
  expect(page()).not.toContain('id="l10n"');
});
