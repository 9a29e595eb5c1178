import { createOnnxRuntimeEngine } from "../../../../server/engines/onnxruntime/engine";
import { Derivatives } from "../../../../server/evaluator/derivatives";
import { derivativeBatchSize } from "../../../../server/evaluator/execution/rule";
import { loaded } from "../../../support/loaded";
import { batch, problemOf, type Checked, type Part, type Problem, type Rate, type Request } from "./problem";

/** Gradient and Hessian-vector products of one batch, as an evaluator computes them. */
class Ours {
  private constructor(
    /** Keeps the first stage of products. */
    private readonly keeping: Derivatives,
    /** Has no room for it. */
    private readonly forgetting: Derivatives,
    private readonly vector: Float64Array,
  ) {}

  static async of({ model, directions, x, labels }: Problem): Promise<Ours> {
    const options = {
      engine: await createOnnxRuntimeEngine(),
      model: loaded(model),
      samples: { x, y: labels, available: batch, preprocessing: "" },
      loss: { name: "crossEntropy" },
      batchSize: derivativeBatchSize,
      parameters: "all",
    } as const;
    const keeping = new Derivatives(options);
    const vector = keeping.layout.join(
      new Map([...directions].map(([name, { data }]) => [name, data as Float32Array])),
    );
    return new Ours(keeping, new Derivatives({ ...options, memory: 0 }), vector);
  }

  async check(): Promise<Checked> {
    const { loss, gradient } = await this.keeping.gradient();
    const product = await this.keeping.product(this.vector);
    return { loss, gradientNorm: dot(gradient, gradient), curvature: dot(product, this.vector) };
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
    if (part === "gradient") await this.keeping.gradient();
    else await (part === "product" ? this.forgetting : this.keeping).product(this.vector);
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, k) => sum + value * b[k]!, 0);
}

/** A process of its own: `program MODEL`; answers requests one after another. */
const ours = problemOf(process.argv[2]!).then((problem) => Ours.of(problem));

async function answer(request: Request): Promise<object> {
  try {
    const own = await ours;
    return request.kind === "check" ? await own.check() : await own.rate(request.part, request.seconds);
  } catch (error) {
    return { error: String(error) };
  }
}

process.on("message", (request: Request) => void answer(request).then((found) => process.send!(found)));
