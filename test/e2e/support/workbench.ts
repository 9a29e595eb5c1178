import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { chromium } from "playwright";
import type { Browser, FrameLocator, Locator, Page } from "playwright";
import { startHost } from "../../../.ci/host.mjs";
import type { Workbench } from "../../../.ci/host.mjs";

const artifacts = path.resolve("test", ".artifacts");

/** A value of the panel's table, as the attributes of its cell have it. */
export interface Cell {
  readonly loss: string;
  readonly accuracy: string;
  readonly measured: string;
}

/** VS Code's workbench with the packaged extension, driven through a browser as a person would. */
export class Driver {
  private constructor(
    readonly host: Workbench,
    private readonly browser: Browser,
    readonly page: Page,
    readonly folder: string,
  ) {}

  /** Starts everything and opens `folder`. `settings` are the user's. */
  static async open(folder: string, settings: object = {}): Promise<Driver> {
    const vsix = process.env.LOSS_LANDSCAPE_VSIX;
    const executablePath = process.env.CHROMIUM_PATH;
    if (!vsix || !executablePath) {
      throw new Error("Set LOSS_LANDSCAPE_VSIX and CHROMIUM_PATH, or run the tier with: npm test -- e2e");
    }
    const host = await startHost({ vsix, settings });
    const browser = await chromium.launch({
      executablePath,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    });
    const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    const driver = new Driver(host, browser, page, folder);
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

  /** Right-clicks a file and chooses the entry; both may be swallowed while the workbench is starting. */
  async choose(file: string, entry: string): Promise<void> {
    const item = this.page.getByRole("menuitem", { name: entry });
    for (let attempt = 0; attempt < 20; attempt++) {
      await this.file(file).click({ button: "right" });
      const appeared = await item.waitFor({ timeout: 1500 }).then(
        () => true,
        () => false,
      );
      if (appeared) {
        await this.page.waitForTimeout(300);
        await item.click({ timeout: 2000 }).catch(() => {});
        const gone = await item.waitFor({ state: "hidden", timeout: 1500 }).then(
          () => true,
          () => false,
        );
        if (gone) return;
      }
      await this.page.keyboard.press("Escape");
    }
    throw new Error(`The menu of ${file} never had "${entry}".`);
  }

  /** The names in the context menu of a file. */
  async menuOf(file: string): Promise<readonly string[]> {
    await this.file(file).click({ button: "right" });
    await this.page.getByRole("menuitem").first().waitFor();
    const names = await this.page.getByRole("menuitem").allInnerTexts();
    await this.page.keyboard.press("Escape");
    return names.map((name) => name.trim());
  }

  visualize(file: string): Promise<void> {
    return this.choose(file, "Visualize Loss Landscape");
  }

  /** Runs a command by its title. */
  async command(title: string): Promise<void> {
    await this.page.keyboard.press("F1");
    const input = this.page.locator(".quick-input-widget input.input");
    await input.waitFor();
    await input.fill(`>${title}`);
    await this.page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first().waitFor();
    await this.page.keyboard.press("Enter");
  }

  /** The panel that is shown. */
  panel(): Panel {
    const frames = this.page.frameLocator("iframe.webview.ready");
    return new Panel(frames.frameLocator("iframe#active-frame"));
  }

  /** Closes all editors and panels. */
  async closeAll(): Promise<void> {
    await this.command("View: Close All Editors");
    await this.page.locator("iframe.webview").first().waitFor({ state: "detached" });
  }

  async screenshot(name: string): Promise<void> {
    mkdirSync(artifacts, { recursive: true });
    await this.page.screenshot({ path: path.join(artifacts, `${name}.png`) });
  }

  /** Replaces the user's settings. */
  setTheme(theme: string): void {
    const file = path.join(this.host.user, "User", "settings.json");
    const settings = JSON.parse(readFileSync(file, "utf8")) as object;
    writeFileSync(file, JSON.stringify({ ...settings, "workbench.colorTheme": theme }, null, 2));
  }

  /** Everything that the extension has logged in this session. */
  log(): string {
    const texts: string[] = [];
    const walk = (folder: string): void => {
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        const file = path.join(folder, entry.name);
        if (entry.isDirectory()) walk(file);
        else if (/Loss Landscape.*\.log$/.test(entry.name)) texts.push(readFileSync(file, "utf8"));
      }
    };
    walk(path.join(this.host.user, "logs"));
    return texts.join("\n");
  }

  /** Process ids of this workbench's processes that run the bundle `name`, e.g. `evaluator.js`. */
  processes(name: "server.js" | "evaluator.js"): readonly number[] {
    return execFileSync("ps", ["-eo", "pid=,args="], { encoding: "utf8" })
      .split("\n")
      .filter((line) => line.includes(this.host.user) && line.includes(`dist/${name}`))
      .map((line) => Number.parseInt(line, 10));
  }
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

  text(): Promise<string> {
    return this.root.innerText();
  }

  /** Waits until at least this many points are measured. */
  async measured(points: number): Promise<void> {
    const progress = this.frame.locator("run-progress .points");
    for (const until = Date.now() + 60_000; Date.now() < until;) {
      const text = await progress.innerText({ timeout: 30_000 });
      if (Number(text.split(" of ")[0]!.replace(/\D/g, "")) >= points) return;
    }
    throw new Error(`${points} points were not measured in time.`);
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
