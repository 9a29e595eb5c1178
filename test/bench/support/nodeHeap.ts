import type { Page } from "playwright";
import { until } from "../../e2e/support/until";

/** What a process of Node holds after garbage was collected, in bytes. */
export interface NodeMemory {
  /** Physical memory. */
  readonly rss: number;
  /** Code that was compiled, with all that belongs to it. */
  readonly code: number;
  /** Everything else in the heap. */
  readonly heap: number;
  /** Memory outside of the heap that objects in it hold, array buffers included. */
  readonly external: number;
}

type Call = readonly [method: string, params?: object];

/** A result of the inspector's protocol, as far as it is read here. */
interface Result {
  readonly result?: { readonly value?: unknown };
}

/** Of the browser's page, in which one function runs. */
interface Socket {
  send(text: string): void;
  close(): void;
  onopen: () => void;
  onerror: () => void;
  onmessage: (event: { readonly data: string }) => void;
}
declare const WebSocket: new (url: string) => Socket;

/** Where Node listens when a signal asks it to. */
const inspector = "http://127.0.0.1:9229/json/list";

async function address(): Promise<string | undefined> {
  try {
    const [target] = (await (await fetch(inspector)).json()) as { readonly webSocketDebuggerUrl: string }[];
    return target?.webSocketDebuggerUrl;
  } catch {
    return undefined;
  }
}

/** Sends the calls one after another; the result of the last. */
function call(client: Page, url: string, ...calls: readonly Call[]): Promise<Result> {
  return client.evaluate(
    ({ url, calls }) =>
      new Promise<Result>((resolve, reject) => {
        const socket = new WebSocket(url);
        let next = 0;
        const send = (): void => {
          const [method, params] = calls[next]!;
          socket.send(JSON.stringify({ id: next, method, params }));
        };
        socket.onopen = send;
        socket.onerror = () => reject(new Error(`Nothing answers at ${url}.`));
        socket.onmessage = ({ data }) => {
          const { id, result, error } = JSON.parse(data) as { id?: number; result: Result; error?: Error };
          if (id !== next) return;
          if (error) return reject(new Error(error.message));
          next++;
          if (next < calls.length) return send();
          socket.close();
          resolve(result);
        };
      }),
    { url, calls },
  );
}

/** Gives `NodeMemory`; code and bytecode lie in heap spaces of their own. */
const measure = `(() => {
  const spaces = process.getBuiltinModule("v8").getHeapSpaceStatistics();
  const used = (some) => some.reduce((sum, space) => sum + space.space_used_size, 0);
  const code = used(spaces.filter((space) => /code|trusted/.test(space.space_name)));
  const { rss, external } = process.memoryUsage();
  return { rss, code, heap: used(spaces) - code, external };
})()`;

const evaluation = (expression: string): Call => ["Runtime.evaluate", { expression, returnByValue: true }];

/**
 * Collects the garbage of a running process of Node and tells what is left. Its inspector is opened by a signal, which
 * takes the usual port, and closed again. `client` is an empty page of a browser that speaks to it, for Node has a
 * WebSocket of its own only from version 22 on.
 * @throws Error when the port is in use, or no process of Node answers there.
 */
export async function collectedMemory(client: Page, pid: number): Promise<NodeMemory> {
  await until("port 9229 was free for an inspector", async () => (await address()) === undefined, 60_000);
  process.kill(pid, "SIGUSR1");
  let url: string | undefined;
  await until(`process ${pid} opened its inspector`, async () => (url = await address()) !== undefined);
  const { result: answer } = await call(client, url!, evaluation("process.pid"));
  if (answer?.value !== pid) throw new Error(`The inspector on port 9229 is not that of process ${pid}.`);
  // What a finaliser lets go of is garbage of the second collection.
  const collect: Call = ["HeapProfiler.collectGarbage"];
  const { result } = await call(client, url!, collect, collect, evaluation(measure));
  await call(client, url!, evaluation(`void setTimeout(() => process.getBuiltinModule("inspector").close(), 20)`));
  await until(`process ${pid} closed its inspector`, async () => (await address()) === undefined);
  return result!.value as NodeMemory;
}
