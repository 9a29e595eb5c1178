import type * as Ort from "onnxruntime-node";
import type { Graph } from "../../graph/graph";
import type { Tensor } from "../../graph/tensor";
import { rejectedModel, stoppedRun } from "./failures";
import { optionsFor, type SessionPlace } from "./options";
import { fromOrt, toOrt } from "./tensors";

export const label = "ONNX Runtime";

/** Sessions for one graph, one at a time: made when it is needed, from bytes that may have changed since the last one. */
export class GraphSession {
  private readonly options: Ort.InferenceSession.SessionOptions;
  private readonly inputs: readonly string[];
  private readonly outputs: readonly string[];
  private session: Ort.InferenceSession | undefined;
  private closed = false;

  /** @param bytes the serialised model; read whenever a session is made. */
  constructor(
    private readonly ort: typeof Ort,
    graph: Graph,
    private readonly bytes: Uint8Array,
    place: SessionPlace,
  ) {
    this.options = optionsFor(graph, place);
    this.inputs = graph.inputs.map(({ name }) => name);
    this.outputs = graph.outputs.map(({ name }) => name);
  }

  /** @throws ProblemError `file-corrupt`, `operator-unsupported`, … when no session can be made. */
  async open(): Promise<Ort.InferenceSession> {
    if (this.closed) throw new Error("This executable has been disposed of.");
    try {
      this.session ??= await this.ort.InferenceSession.create(this.bytes, this.options);
      return this.session;
    } catch (error) {
      throw rejectedModel(error, label);
    }
  }

  /** @param parameters further feeds, by value name, as ONNX Runtime has them. */
  async run(
    feeds: Readonly<Record<string, Tensor>>,
    parameters: Readonly<Record<string, Ort.Tensor>> = {},
  ): Promise<Record<string, Tensor>> {
    const given = this.inputs.map((name) => {
      const feed = feeds[name];
      if (!feed) throw new Error(`There is no feed for the graph input ${name}.`);
      return [name, toOrt(this.ort, name, feed)] as const;
    });
    const session = await this.open();
    try {
      const results = await session.run({ ...parameters, ...Object.fromEntries(given) }, this.outputs);
      return Object.fromEntries(this.outputs.map((name) => [name, fromOrt(name, results[name]!)]));
    } catch (error) {
      throw stoppedRun(error, label, given[0]?.[1].dims[0] ?? 1);
    }
  }

  /** Lets the session go; the next run makes a new one. */
  async release(): Promise<void> {
    const { session } = this;
    this.session = undefined;
    await session?.release();
  }

  /** Lets the session go for good. */
  async close(): Promise<void> {
    this.closed = true;
    await this.release();
  }
}
