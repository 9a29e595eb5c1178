import type { Engine, Executable } from "../engines/engine";
import type { ParameterValues } from "../graph/fill";
import type { Graph } from "../graph/graph";
import { inPlane } from "../graph/plane";
import type { PlaneGraph } from "../graph/plane";
import type { Tensor } from "../graph/tensor";
import { Plane } from "../landscape/plane";
import type { WeightPath } from "../landscape/plane";

/**
 * A model that computes its weights from α and β, and that takes any other weights as inputs: of a plane only the
 * coordinates are handed over for a point. Not re-entrant, like every executable.
 */
export class PlaneExecutable implements Executable {
  /** Runs with weights that are given; compiled when some are. */
  private given: Executable | undefined;
  private coordinates: Readonly<Record<string, Tensor>> | undefined;

  private constructor(
    private readonly engine: Engine,
    private readonly graph: Graph,
    private readonly plane: PlaneGraph,
    private readonly inPlane: Executable,
  ) {}

  /** @returns undefined where the path is no plane, or one that the graph cannot compute. */
  static async open(engine: Engine, graph: Graph, path: WeightPath): Promise<PlaneExecutable | undefined> {
    if (!(path instanceof Plane)) return undefined;
    const plane = inPlane(graph, path.origin, path.directions);
    if (!plane) return undefined;
    return new PlaneExecutable(engine, graph, plane, await engine.compile(plane.graph, "baked"));
  }

  /** All later runs have the weights of a point of the plane. */
  moveTo(alpha: number, beta: number): void {
    this.coordinates = { [this.plane.alpha]: coordinate(alpha), [this.plane.beta]: coordinate(beta) };
  }

  /** All later runs have these weights and, where none are named, those of earlier calls or the pristine ones. */
  async setParameters(values: ParameterValues): Promise<void> {
    this.coordinates = undefined;
    if (values.size > 0) await (await this.other()).setParameters(values);
  }

  async run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
    if (this.coordinates) return this.inPlane.run({ ...feeds, ...this.coordinates });
    return (await this.other()).run(feeds);
  }

  async dispose(): Promise<void> {
    await this.given?.dispose();
    await this.inPlane.dispose();
  }

  private async other(): Promise<Executable> {
    this.given ??= await this.engine.compile(this.graph, "fed");
    return this.given;
  }
}

function coordinate(value: number): Tensor {
  return { dtype: "float64", shape: [1], data: Float64Array.of(value) };
}
