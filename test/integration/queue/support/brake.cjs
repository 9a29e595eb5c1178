/**
 * Loaded into every process of a command by NODE_OPTIONS; see `brake.ts`. In evaluators it holds back each job until
 * there is a ticket for it in the folder LOSS_LANDSCAPE_BRAKE, or the brake is released. All else is as it is, the model
 * itself included, which is measured before there are jobs to share.
 */
const fs = require("node:fs");
const path = require("node:path");

const folder = process.env.LOSS_LANDSCAPE_BRAKE;

/** Takes a ticket. Whether there was one, or none is needed any more. */
function pass() {
  const names = fs.readdirSync(folder);
  if (names.includes("released")) return true;
  return names.some((name) => {
    if (!name.startsWith("ticket-")) return false;
    try {
      fs.unlinkSync(path.join(folder, name));
      return true;
    } catch {
      // Another evaluator was faster.
      return false;
    }
  });
}

async function ticket() {
  if (!pass()) {
    const mark = path.join(folder, `held-${process.pid}`);
    fs.writeFileSync(mark, "");
    while (!pass()) await new Promise((resolve) => setTimeout(resolve, 10));
    fs.rmSync(mark);
  }
  fs.appendFileSync(path.join(folder, "passed"), ".");
}

if (path.basename(process.argv[1] ?? "") === "evaluator.js") {
  const { emit } = process;
  let last = Promise.resolve();
  process.emit = function (event, ...rest) {
    const isJob = event === "message" && /^(evaluate|task)$/.test(rest[0].kind) && rest[0].task?.kind !== "centre";
    if (!isJob) return emit.call(this, event, ...rest);
    last = last.then(ticket).then(() => emit.call(this, event, ...rest));
    return true;
  };
}
