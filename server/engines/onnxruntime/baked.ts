import type * as Ort from "onnxruntime-node";
import type { ParameterValues } from "../../graph/fill";
import type { Graph } from "../../graph/graph";
import { patchParameters, serialise, type SerialisedModel } from "../../graph/onnxBytes";
import type { Tensor } from "../../graph/tensor";
import type { Executable } from "../engine";
import type { SessionPlace } from "./options";
import { GraphSession } from "./session";

/**
 * A model whose weights are constants of the session. New weights are patched into the serialised model and a new
 * session is made of it by the next run, so that ONNX Runtime can fold and lay out the weights as it likes.
 */
export class BakedExecutable implements Executable {
  private readonly model: SerialisedModel;
  private readonly session: GraphSession;

  /** @param onDispose is told when this is disposed of. */
  constructor(
    ort: typeof Ort,
    graph: Graph,
    place: SessionPlace,
    private readonly onDispose: (gone: Executable) => void,
  ) {
    this.model = serialise(graph);
    this.session = new GraphSession(ort, graph, this.model.bytes, place);
  }

  async prepare(): Promise<void> {
    await this.session.open();
  }

  async setParameters(values: ParameterValues): Promise<void> {
    patchParameters(this.model, values);
    await this.session.release();
  }

  run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
    return this.session.run(feeds);
  }

  async dispose(): Promise<void> {
    this.onDispose(this);
    await this.session.close();
  }
}
