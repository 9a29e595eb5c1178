/** How deep brackets may be nested where nobody says otherwise: far deeper than any file that people have. */
const deepestOfAll = 200;

/**
 * The value of a JSON text, or undefined when it is none, is no UTF-8, or is nested deeper than it may be: whoever walks
 * the value needs no care for its depth.
 * @param bytes UTF-8, with or without a byte order mark.
 */
export function parseJson(bytes: Uint8Array, deepest = deepestOfAll): unknown {
  if (isTooDeep(bytes, deepest)) return undefined;
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** Whether brackets are nested deeper than they may be, those within strings left out. */
export function isTooDeep(bytes: Uint8Array, deepest = deepestOfAll): boolean {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (quoted) {
      if (byte === 0x5c) i += 1;
      else if (byte === 0x22) quoted = false;
    } else if (byte === 0x22) quoted = true;
    else if (byte === 0x7d || byte === 0x5d) depth -= 1;
    else if ((byte === 0x7b || byte === 0x5b) && ++depth > deepest) return true;
  }
  return false;
}
