import { commandFlags } from "./commands";
import type { CommandName } from "./commands";

const usages: Readonly<Record<CommandName, { readonly usage: string; readonly summary: string }>> = {
  describe: { usage: "describe MODEL|STUDY.landscape.json", summary: "what a model is and what a run of it would do" },
  run: { usage: "run STUDY.landscape.json|MODEL", summary: "measure the loss on a plane around the model's weights" },
  evaluate: { usage: "evaluate --queue URL", summary: "measure for runs on other machines, which have the same queue" },
  export: { usage: "export RUN|FILE.h5", summary: "convert a run, or results of the paper's own code" },
  engines: {
    usage: "engines",
    summary: "what this machine has, self-tested, or how it measures a model; installs and removes engines",
  },
};

/** Help for one command, or for all of them. */
export function helpText(of?: CommandName): string {
  if (of === undefined) {
    const lines = Object.entries(usages).map(([, { usage, summary }]) => `  ${usage.padEnd(42)} ${summary}`);
    return [
      "Usage: loss-landscape COMMAND [FLAGS]",
      "",
      ...lines,
      "",
      'Flags of a command: "loss-landscape COMMAND --help". Version: "loss-landscape --version".',
      "Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted (what was measured is kept).",
      "",
    ].join("\n");
  }
  const { usage, summary } = usages[of];
  const flags = Object.entries(commandFlags[of]).map(([name, flag]) => {
    const written = `--${name}${flag.value === undefined ? "" : ` ${flag.value}`}`;
    return `  ${written.padEnd(20)} ${flag.help}`;
  });
  return [`Usage: loss-landscape ${usage} [FLAGS]`, "", `  ${summary}`, "", ...flags, ""].join("\n");
}
