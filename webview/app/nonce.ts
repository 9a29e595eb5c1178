declare let __webpack_nonce__: string | undefined;

// Parts of the panel that are loaded later come as scripts, which the page lets in by the nonce of its own script.
if (typeof __webpack_nonce__ !== "undefined") {
  __webpack_nonce__ = (document.currentScript as HTMLScriptElement | null)?.nonce;
}
