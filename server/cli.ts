import manifest from "../package.json";
import { readCommand } from "./cli/commands";
import type { Command } from "./cli/commands";
import { describeCommand } from "./cli/describe";
import { evaluateCommand } from "./cli/evaluate";
import { enginesCommand } from "./cli/engines";
import { exportCommand } from "./cli/export";
import { UsageError } from "./cli/flags";
import { helpText } from "./cli/help";
import { installCommand, removeCommand } from "./cli/install";
import { exitCodes, runCommand } from "./cli/run";
import { surveyCommand } from "./cli/survey";
import { Terminal } from "./cli/terminal";
import { toProblem } from "./protocol/problem";

/** Entry of the command line. */
async function main(args: readonly string[]): Promise<number> {
  const debug = process.env.LOSS_LANDSCAPE_DEBUG === "1";
  let terminal = new Terminal(debug);
  try {
    const command = readCommand(args);
    terminal = new Terminal(debug || ("verbose" in command && command.verbose));
    return await execute(command, terminal);
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.note(`loss-landscape: ${error.message}.\nSee "loss-landscape --help".`);
      return exitCodes.usage;
    }
    terminal.problem(toProblem(error), error);
    return exitCodes.failed;
  }
}

async function execute(command: Command, terminal: Terminal): Promise<number> {
  switch (command.kind) {
    case "help":
      terminal.result(helpText(command.of));
      return exitCodes.done;
    case "version":
      terminal.result(`${manifest.version}\n`);
      return exitCodes.done;
    case "describe":
      return describeCommand(command.file, command.json, terminal);
    case "run":
      return runCommand(command, terminal);
    case "evaluate":
      return evaluateCommand(command, manifest.version, terminal);
    case "export":
      return exportCommand(command, terminal);
    case "engines":
      return enginesCommand(command.json, terminal);
    case "survey":
      return surveyCommand(command, terminal);
    case "install":
      return installCommand(command, terminal);
    case "remove":
      return removeCommand(command.engine, terminal);
  }
}

// `loss-landscape … | head` closes the pipe early, which is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});
void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
