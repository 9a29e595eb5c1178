import type { Executable } from "../../../../server/engines/engine";
import { createOnnxRuntimeEngine } from "../../../../server/engines/onnxruntime/engine";
import { canonicalise } from "../../../../server/graph/canonical/canonical";
import { gradientOf } from "../../../../server/graph/differentiate/gradient";
import { hessianProduct } from "../../../../server/graph/differentiate/hessian";
import { withLoss } from "../../../../server/graph/differentiate/loss";
import type { Tensor } from "../../../../server/graph/tensor";
import { batch, problemOf, type Checked, type Part, type Problem, type Rate, type Request } from "./problem";

type Feeds = Readonly<Record<string, Tensor>>;

/** Gradient and Hessian-vector products of one batch, as an evaluator computes them. */
class Derivatives {
  private readonly vectors: Feeds;

  private constructor(
    private readonly problem: Problem,
    private readonly gradient: Executable,
    private readonly primal: Executable,
    private readonly product: Executable,
    private kept: Feeds,
  ) {
    this.vectors = Object.fromEntries([...problem.directions].map(([name, tensor]) => [`vector/${name}`, tensor]));
  }

  static async of(problem: Problem): Promise<Derivatives> {
    const { model, directions, feeds } = problem;
    const names = [...directions.keys()];
    const input = model.inputs[0]!.name;
    const loss = withLoss(canonicalise(model, { [input]: feeds[input]!.shape }), { name: "crossEntropy" });
    const engine = await createOnnxRuntimeEngine();
    const { primal, product } = hessianProduct(loss, names);
    const first = await engine.compile(primal);
    return new Derivatives(
      problem,
      await engine.compile(gradientOf(loss, names).graph),
      first,
      await engine.compile(product),
      await first.run(feeds),
    );
  }

  async check(): Promise<Checked> {
    const { directions, feeds } = this.problem;
    const found = await this.gradient.run(feeds);
    const products = await this.multiply();
    const total = (value: (name: string) => number): number =>
      [...directions.keys()].reduce((sum, name) => sum + value(name), 0);
    return {
      loss: found.loss!.data[0] as number,
      gradientNorm: total((name) => dot(found[`gradient/${name}`]!, found[`gradient/${name}`]!)),
      curvature: total((name) => dot(products[`product/${name}`]!, directions.get(name)!)),
    };
  }

  async rate(part: Part, seconds: number): Promise<Rate> {
    await this.perform(part);
    const used = (): number => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    };
    const begun = used();
    let times = 0;
    while (used() - begun < seconds) {
      await this.perform(part);
      times++;
    }
    return { images: times * batch, seconds: used() - begun };
  }

  private async perform(part: Part): Promise<void> {
    if (part === "gradient") {
      await this.gradient.run(this.problem.feeds);
      return;
    }
    if (part === "product") this.kept = await this.primal.run(this.problem.feeds);
    await this.multiply();
  }

  private multiply(): Promise<Feeds> {
    return this.product.run({ ...this.problem.feeds, ...this.vectors, ...this.kept });
  }
}

function dot(a: Tensor, b: Tensor): number {
  return (a.data as Float32Array).reduce((sum, value, k) => sum + value * (b.data[k] as number), 0);
}

/** A process of its own: `program MODEL`; answers requests one after another. */
const derivatives = problemOf(process.argv[2]!).then((problem) => Derivatives.of(problem));

async function answer(request: Request): Promise<object> {
  try {
    const own = await derivatives;
    return request.kind === "check" ? await own.check() : await own.rate(request.part, request.seconds);
  } catch (error) {
    return { error: String(error) };
  }
}

process.on("message", (request: Request) => void answer(request).then((found) => process.send!(found)));
