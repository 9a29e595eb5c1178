/**
 * `npm start`: installs, builds and packages the extension, then opens VS Code with it on the sample: the desktop
 * program when `code` is on the PATH, otherwise the workbench in the browser, until Ctrl-C.
 */
import { spawn } from "node:child_process";
import path from "node:path";
import { ensureHost, startHost } from "./host.mjs";
import {
  ensureBuilt,
  ensureInstalled,
  findProgram,
  packageVsix,
  quietly,
  root,
  run,
  step,
  stopping,
} from "./steps.mjs";

/**
 * The sample where it lies, not a copy: results go to an ignored folder beside the model, so that they are still there
 * at the next start, and an edited study shows up where one would look for it.
 */
const sample = path.join(root, "media", "samples", "fashion-resnet8");

const started = Date.now();

/** The desktop program is the user's own: the extension is installed into it and stays. */
async function startDesktop(code, vsix) {
  await step("Installing the extension into VS Code", () => quietly(code, ["--install-extension", vsix, "--force"]));
  await run(code, [sample]);
  process.stdout.write("\nVS Code opens on the sample.\n");
}

async function startBrowser(vsix) {
  const host = await step("Starting the workbench", () => startHost({ vsix }));
  const url = host.urlOf(sample);
  process.stdout.write(`\nVS Code is at  ${url}\n`);
  const hasDisplay = process.platform !== "linux" || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  const opener = process.platform === "darwin" ? findProgram("open") : findProgram("xdg-open");
  if (hasDisplay && opener !== undefined) {
    // A browser is the user's own and outlives us; whether it could be opened is plain to see.
    spawn(opener, [url], { stdio: "ignore", detached: true })
      .on("error", () => {})
      .unref();
  }
  tellWhatToDo();
  process.stdout.write("Ctrl-C stops it.\n");
  const ended = await host.exited;
  if (stopping()) return;
  await host.stop();
  throw new Error(`The workbench ended by itself (code ${ended}).`);
}

function tellWhatToDo() {
  const seconds = ((Date.now() - started) / 1000).toFixed(0);
  process.stdout.write(
    `Ready after ${seconds} s. Right-click fashion-resnet8.onnx and choose "Visualize Loss Landscape".\n`,
  );
}

// npm passes a signal on to a shell that keeps it to itself: when that is gone, so is whoever has started us.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, "SIGTERM");
}, 500).unref();

try {
  const code = findProgram("code");
  // Two installations that wait for the disk and the network by turns, and the build, which waits for neither.
  const workbench = code === undefined ? ensureHost() : Promise.resolve();
  workbench.catch(() => {});
  await step("Installing packages", ensureInstalled);
  await step("Building", () => ensureBuilt({ production: true }));
  const vsix = await step("Packaging", packageVsix);
  if (code === undefined) {
    await step("Installing the workbench", () => workbench);
    await startBrowser(vsix);
  } else {
    await startDesktop(code, vsix);
    tellWhatToDo();
  }
} catch (error) {
  // What a signal has ended fails, too.
  if (!stopping()) {
    process.stderr.write(`\n${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
}
