import type { Browser, Page } from "playwright";
import { residentBytes } from "./residentMemory";

/** What the page of a browser holds, with the pages inside it, after garbage was collected. */
export interface PageMemory {
  /** Physical memory of the page's process, in bytes. */
  readonly rss: number;
  /** The same of the process that draws for all pages and holds what WebGL has made. */
  readonly gpuRss: number;
  readonly heap: number;
  /** Array buffers, in bytes. */
  readonly buffers: number;
  readonly documents: number;
  readonly nodes: number;
  /** Nodes of no document that a script still holds. */
  readonly detached: number;
  readonly listeners: number;
  readonly frames: number;
}

/** Physical memory of the largest of the browser's processes of a kind. */
async function largest(browser: Browser, type: string): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  return Math.max(...processInfo.filter((info) => info.type === type).map(({ id }) => residentBytes(id)));
}

function sizeOf(trees: readonly { readonly children?: readonly object[] }[]): number {
  return trees.reduce((sum, { children = [] }) => sum + 1 + sizeOf(children), 0);
}

/** Collects the garbage of the page, which is the largest of its browser, and tells what is left. */
export async function collectedPage(page: Page): Promise<PageMemory> {
  const session = await page.context().newCDPSession(page);
  // What a finaliser lets go of is garbage of the second collection.
  for (let time = 0; time < 2; time++) await session.send("HeapProfiler.collectGarbage");
  const heap = (await session.send("Runtime.getHeapUsage")) as { usedSize: number; backingStorageSize?: number };
  const { documents, nodes, jsEventListeners } = await session.send("Memory.getDOMCounters");
  const { detachedNodes } = await session.send("DOM.getDetachedDomNodes");
  await session.detach();
  const browser = page.context().browser()!;
  return {
    rss: await largest(browser, "renderer"),
    gpuRss: await largest(browser, "GPU"),
    heap: heap.usedSize,
    buffers: heap.backingStorageSize ?? 0,
    documents,
    nodes,
    detached: sizeOf(detachedNodes.map(({ treeNode }) => treeNode)),
    listeners: jsEventListeners,
    frames: page.frames().length,
  };
}
