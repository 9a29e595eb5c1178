import type { Engine, Executable } from "../engines/engine";
import type { ParameterValues } from "../graph/fill";
import type { Graph } from "../graph/graph";
import type { DataType, Tensor } from "../graph/tensor";

/** A graph that is compiled when it is first run, with the parameter values that it was told last. */
export class Stage {
  /** Names of the graph's inputs. */
  readonly inputs: ReadonlySet<string>;
  /** Element types of the graph's inputs. */
  readonly types: ReadonlyMap<string, DataType>;
  private readonly parameters: ReadonlySet<string>;
  private executable: Executable | undefined;
  private pending: ParameterValues = new Map();

  constructor(
    private readonly engine: Engine,
    private readonly graph: Graph,
  ) {
    this.inputs = new Set(graph.inputs.map(({ name }) => name));
    this.types = new Map(graph.inputs.map(({ name, dtype }) => [name, dtype]));
    this.parameters = new Set(graph.parameters.map(({ name }) => name));
  }

  /** Takes effect with the next run. Names that the graph does not have are passed over; the values must not change. */
  setParameters(values: ParameterValues): void {
    this.pending = new Map([...values].filter(([name]) => this.parameters.has(name)));
  }

  async run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
    this.executable ??= await this.engine.compile(this.graph);
    if (this.pending.size > 0) await this.executable.setParameters(this.pending);
    this.pending = new Map();
    return this.executable.run(feeds);
  }

  async dispose(): Promise<void> {
    await this.executable?.dispose();
    this.executable = undefined;
  }
}
