import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { chromium } from "playwright";
import type { Browser, FrameLocator, Locator, Page } from "playwright";
import { startHost } from "../../../.ci/host.mjs";
import type { Workbench } from "../../../.ci/host.mjs";
import { until } from "./until";

const artifacts = path.resolve("test", ".artifacts");

/** How long the workbench may take, on a busy machine, until it knows what the extension adds, in milliseconds. */
const patience = 120_000;

/** A value of the panel's table, as the attributes of its cell have it. */
export interface Cell {
  readonly loss: string;
  readonly accuracy: string;
  readonly measured: string;
}

/** What is used of an element inside the page; the tests themselves run without a DOM. */
interface PageElement {
  getAttribute(name: string): string | null;
  addEventListener(type: string, listener: () => void, capture: boolean): void;
  readonly ownerDocument: {
    readonly documentElement: unknown;
    readonly defaultView: { getComputedStyle(element: unknown): { getPropertyValue(name: string): string } };
  };
}

/** VS Code's workbench with the packaged extension, driven through a browser as a person would. */
export class Driver {
  /** What the browser has refused because of a content security policy. */
  readonly refusals: string[] = [];

  private constructor(
    readonly host: Workbench,
    private readonly browser: Browser,
    readonly page: Page,
  ) {
    page.on("console", (message) => {
      if (/content security policy/i.test(message.text())) this.refusals.push(message.text());
    });
  }

  /** Starts everything and opens `folder`. `settings` are the user's; `others` are further extensions, packed. */
  static async open(folder: string, settings: object = {}, others: readonly string[] = []): Promise<Driver> {
    const vsix = process.env.LOSS_LANDSCAPE_VSIX;
    const executablePath = process.env.CHROMIUM_PATH;
    if (!vsix || !executablePath) {
      throw new Error("Set LOSS_LANDSCAPE_VSIX and CHROMIUM_PATH, or run the tier with: npm test -- e2e");
    }
    const host = await startHost({ vsix, others, settings });
    const browser = await chromium.launch({
      executablePath,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    });
    const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    const driver = new Driver(host, browser, page);
    await page.goto(host.urlOf(folder));
    await driver.ready();
    return driver;
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.host.stop();
  }

  /** Waits until the Explorer shows files. */
  async ready(): Promise<void> {
    await this.page.locator(".explorer-folders-view .monaco-list-row").first().waitFor({ timeout: 60_000 });
  }

  file(name: string): Locator {
    return this.page.locator(".explorer-folders-view").getByRole("treeitem", { name, exact: true });
  }

  tab(name: string): Locator {
    return this.page.locator(".tab", { hasText: name });
  }

  /** Right-clicks and chooses the entry; both may be swallowed while the workbench is starting. */
  async choose(target: Locator, entry: string): Promise<void> {
    const item = this.page.getByRole("menuitem", { name: entry });
    const menu = this.page.locator(".context-view-block");
    await until(
      `the menu had "${entry}"`,
      async () => {
        await target.click({ button: "right" });
        if (await happens(item.waitFor({ timeout: 3000 }))) {
          await this.page.waitForTimeout(300);
          await happens(item.click({ timeout: 3000 }));
          if (await happens(item.waitFor({ state: "hidden", timeout: 5000 }))) return true;
        }
        // Where the menu has gone after all, Escape would close what it has opened.
        if (await menu.isVisible()) await this.page.keyboard.press("Escape");
        return false;
      },
      patience,
    );
  }

  /** Selects several rows of a tree. An editor that opens late has its file selected again, so all are looked at. */
  async select(...rows: readonly Locator[]): Promise<void> {
    const areSelected = async (): Promise<boolean> => {
      const seen = await Promise.all(rows.map((row) => row.getAttribute("aria-selected")));
      return seen.every((selected) => selected === "true");
    };
    await until(
      "all rows stayed selected",
      async () => {
        for (const [k, row] of rows.entries()) await row.click(k === 0 ? {} : { modifiers: ["ControlOrMeta"] });
        await this.page.waitForTimeout(500);
        return areSelected();
      },
      60_000,
    );
  }

  /** The names in the context menu of a file. */
  async menuOf(file: string): Promise<readonly string[]> {
    // The workbench has menu items without a text that are always there.
    const items = this.page.getByRole("menuitem").filter({ hasText: /\S/ });
    await until(`${file} had a menu`, async () => {
      await this.file(file).click({ button: "right" });
      return happens(items.first().waitFor({ timeout: 2000 }));
    });
    const names = await items.allInnerTexts();
    await this.page.keyboard.press("Escape");
    await items.first().waitFor({ state: "hidden" });
    return names.map((name) => name.trim());
  }

  visualize(file: string): Promise<void> {
    return this.choose(this.file(file), "Visualize Loss Landscape");
  }

  /** The field at the top: of the palette, of a pick list, of a file dialog. */
  get quickInput(): Locator {
    return this.page.locator(".quick-input-widget input.input");
  }

  /** A row of the list below that field. */
  row(text: string | RegExp): Locator {
    return this.page.locator(".quick-input-list .monaco-list-row", { hasText: text }).first();
  }

  /** Runs a command by its title. */
  async command(title: string): Promise<void> {
    const palette = `>${title}`;
    await until(
      `the palette had "${title}"`,
      async () => {
        await this.page.keyboard.press("F1");
        if (!(await happens(this.quickInput.waitFor({ timeout: 2000 })))) return false;
        // A list that was on its way out may take the palette with it.
        if (!(await happens(this.quickInput.fill(palette, { timeout: 2000 })))) return false;
        if (await happens(this.row(title).click({ timeout: 5000 }))) return true;
        // A palette that was open before the extension was known is made anew.
        await this.page.keyboard.press("Escape");
        return false;
      },
      patience,
    );
    // The command may show a list or a dialog in the same place.
    const isGone = async () =>
      !(await this.quickInput.isVisible()) ||
      (await this.quickInput.inputValue({ timeout: 1000 }).catch(() => "")) !== palette;
    await until(`the palette closed after "${title}"`, isGone);
  }

  /** The panel that is to be seen. */
  panel(): Panel {
    const shown = this.page.locator("iframe.webview.ready").filter({ visible: true });
    return new Panel(shown.contentFrame().frameLocator("iframe#active-frame"));
  }

  /** A message in the corner. */
  notification(text: string): Locator {
    return this.page.locator(".notification-toast", { hasText: text });
  }

  get status(): Locator {
    return this.page.locator('.statusbar-item[id$="lossLandscape.status"]');
  }

  /** Closes all editors, panels and messages. */
  async closeAll(): Promise<void> {
    await this.page.keyboard.press("Escape");
    await this.command("View: Close All Editors");
    await this.empty();
    await this.command("Notifications: Clear All Notifications");
  }

  /** Waits until there is no editor and no panel. */
  async empty(): Promise<void> {
    await until("every editor was gone", async () => (await this.page.locator(".tab, iframe.webview").count()) === 0);
  }

  /** Reloads the window as a person would, so that it keeps what it keeps. */
  async reload(): Promise<void> {
    const reloaded = this.page.waitForEvent("load");
    await this.command("Developer: Reload Window");
    await reloaded;
    await this.ready();
  }

  async screenshot(name: string): Promise<void> {
    mkdirSync(artifacts, { recursive: true });
    await this.page.screenshot({ path: path.join(artifacts, `${name}.png`) });
  }

  /** Changes the colours of the window, by the name of the theme. */
  async theme(name: string): Promise<void> {
    await this.command("Preferences: Color Theme");
    await this.quickInput.fill(name);
    await this.row(name).click();
    await this.quickInput.waitFor({ state: "hidden" });
  }

  /** Everything that the extension has logged in this session. */
  log(): string {
    const folder = path.join(this.host.user, "logs");
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => /Loss Landscape.*\.log$/.test(name))
      .map((name) => readFileSync(path.join(folder, name), "utf8"))
      .join("\n");
  }

  /** How many runs the worker has begun, as its log has it; opening what is saved begins none. */
  runs(): number {
    return this.log().match(/Run of .*: (fresh|resume), \{/g)?.length ?? 0;
  }

  /** Process ids of this workbench's processes that run the bundle `name`. */
  processes(name: "server.js" | "evaluator.js"): readonly number[] {
    return execFileSync("ps", ["-eo", "pid=,args="], { encoding: "utf8" })
      .split("\n")
      .filter((line) => line.includes(this.host.user) && line.includes(`dist/${name}`))
      .map((line) => Number.parseInt(line, 10));
  }

  /** Process id of the extension host, which is one of the processes that this workbench has started. */
  extensionHost(): number {
    const rows = execFileSync("ps", ["-eo", "pid=,ppid=,args="], { encoding: "utf8" }).trim().split("\n");
    const all = rows.map((row) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row)!);
    const parents = new Map(all.map(([, pid, parent]) => [Number(pid), Number(parent)]));
    const isOurs = (pid: number | undefined): boolean =>
      pid !== undefined && (pid === this.host.pid || isOurs(parents.get(pid)));
    const found = all.find(([, pid, , args]) => args!.includes("--type=extensionHost") && isOurs(Number(pid)));
    if (found === undefined) throw new Error("The workbench has no extension host.");
    return Number(found[1]);
  }

  /** Ends one process of the bundle `name` at once and for good; returns its id. */
  async kill(name: "server.js" | "evaluator.js"): Promise<number> {
    await until(`a process of ${name} was there`, () => this.processes(name).length > 0);
    const [pid] = this.processes(name);
    process.kill(pid!, "SIGKILL");
    await until(`${name} was gone`, () => !this.processes(name).includes(pid!));
    return pid!;
  }
}

function happens(event: Promise<unknown>): Promise<boolean> {
  return event.then(
    () => true,
    () => false,
  );
}

/** The panel beside the code. */
export class Panel {
  readonly root: Locator;

  constructor(private readonly frame: FrameLocator) {
    this.root = frame.locator("loss-landscape-panel");
  }

  /** Waits for a state of the panel: preparing, running, paused, cancelled, done, failed, problem, offer-resume … */
  async state(name: string, timeout = 120_000): Promise<void> {
    await this.frame.locator(`loss-landscape-panel[state="${name}"]`).waitFor({ timeout });
  }

  button(name: string): Locator {
    return this.root.getByRole("button", { name, exact: true });
  }

  /** All that is to be read, as assistive technology is told. */
  text(): Promise<string> {
    return this.root.ariaSnapshot();
  }

  /** The words of the problem that is shown. */
  async problem(): Promise<{ reason: string; message: string; advice: string }> {
    const problem = this.frame.locator("problem-state");
    await problem.waitFor({ timeout: 60_000 });
    return {
      reason: (await problem.locator("section").getAttribute("data-reason")) ?? "",
      message: await problem.locator(".message").innerText(),
      advice: await problem.locator(".advice").innerText(),
    };
  }

  /** The page's background colour, as the theme has it. */
  background(): Promise<string> {
    return this.root.evaluate((panel: PageElement) => {
      const { defaultView, documentElement } = panel.ownerDocument;
      return defaultView.getComputedStyle(documentElement).getPropertyValue("--vscode-editor-background").trim();
    });
  }

  /** Presses a button, and waits until the panel has the state. */
  async press(name: string, state: string): Promise<void> {
    await this.button(name).click();
    await this.state(state);
  }

  /** Shows a view by its title: by its tab, or from the list that stands in place of tabs where these have no room. */
  async view(title: string): Promise<void> {
    const shown = this.root.locator(`[role="tabpanel"][aria-label="${title}"]`);
    const tab = this.root.getByRole("tab", { name: title });
    const list = this.root.locator("view-tabs vscode-single-select");
    await until(`the view ${title} was shown`, async () => {
      if ((await tab.count()) > 0) await happens(tab.click({ timeout: 2000 }));
      else if (await happens(list.click({ timeout: 2000 })))
        await happens(this.root.getByRole("option", { name: title }).click({ timeout: 2000 }));
      return happens(shown.waitFor({ timeout: 2000 }));
    });
  }

  /** Waits until at least this many points are measured. */
  async measured(points: number): Promise<void> {
    const progress = this.frame.locator("run-progress .points");
    const count = async (): Promise<number> =>
      Number((await progress.innerText({ timeout: patience })).split(" of ")[0]!.replace(/\D/g, ""));
    await until(`${points} points are measured`, async () => (await count()) >= points, patience);
  }

  /** Switches between figure and table. */
  async showTable(shown: boolean): Promise<void> {
    const table = this.frame.locator("data-table");
    if ((await table.count()) > 0 !== shown) {
      await this.button("Display options").click();
      await this.root.getByText("Show as table", { exact: true }).click();
      await table.waitFor({ state: shown ? "attached" : "detached" });
      await this.frame.locator("body").press("Escape");
    }
  }

  /** All cells of the table, by row-major grid index. */
  async table(): Promise<ReadonlyMap<number, Cell>> {
    await this.showTable(true);
    const cells = await this.frame.locator("data-table td").evaluateAll((elements) =>
      elements.map((element) => {
        const { dataset } = element as unknown as { dataset: Record<string, string> };
        return { index: dataset.index, loss: dataset.loss, accuracy: dataset.accuracy, measured: dataset.measured };
      }),
    );
    await this.showTable(false);
    return new Map(
      cells.map(({ index, loss, accuracy, measured }) => [
        Number(index),
        { loss: loss ?? "", accuracy: accuracy ?? "", measured: measured ?? "" },
      ]),
    );
  }
}
