import { writeValues, type ParameterValues } from "../../graph/fill";
import type { Graph, ValueInfo } from "../../graph/graph";
import type { Tensor } from "../../graph/tensor";
import { ProblemError } from "../../protocol/problem";
import type { Executable } from "../engine";
import { Call, type Preparation, type Step } from "./call";
import type { Device } from "./library";
import { lower, type Program } from "./lowering";
import { Unread, Value } from "./values";

type Environment = Map<string, Value>;

/** Runs a lowered graph step by step; frees every value with its last use. */
export class TensorFlowExecutable implements Executable {
  private readonly program: Program;
  private readonly opset: number;
  /** Pristine or replaced parameter values, by parameter name; the arrays are this executable's own. */
  private readonly parameters: ReadonlyMap<string, Float32Array>;
  /** Parameters, constants and what follows from them alone. */
  private readonly statics: Environment = new Map();
  private readonly preparations = new Map<Step, Preparation>();
  private ready = false;
  private disposed = false;

  constructor(
    private readonly device: Device,
    private readonly label: string,
    private readonly graph: Graph,
    private readonly onDispose: (gone: TensorFlowExecutable) => void,
  ) {
    this.program = lower(graph);
    this.opset = graph.opsets[""] ?? graph.opsets["ai.onnx"] ?? 1;
    this.parameters = new Map(
      graph.parameters.flatMap(({ name, tensor }) =>
        tensor.dtype === "float32" ? [[name, Float32Array.from(tensor.data as Float32Array)] as const] : [],
      ),
    );
  }

  async setParameters(values: ParameterValues): Promise<void> {
    for (const [name, data] of values) {
      const own = this.parameters.get(name);
      if (!own) throw new Error(`The model has no parameter ${name} of element type float32.`);
      if (typeof data !== "function" && own.length !== data.length) {
        throw new Error(`The parameter ${name} has ${own.length} elements, and ${data.length} were given.`);
      }
    }
    for (const [name, data] of values) writeValues(data, this.parameters.get(name)!);
    this.forget();
  }

  async run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
    if (this.disposed) throw new Error("This executable has been disposed of.");
    await this.device.activate();
    const environment: Environment = new Map();
    try {
      for (const input of this.graph.inputs) {
        const feed = feeds[input.name];
        if (!feed) throw new Error(`There is no feed for the graph input ${input.name}.`);
        if (!fits(feed, input)) throw this.misfit(feed, input);
        environment.set(input.name, Value.ofData(this.device, feed));
      }
      if (!this.ready) await this.prepare();
      return await this.execute(environment);
    } finally {
      for (const value of environment.values()) value.release();
    }
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    this.forget();
    this.onDispose(this);
  }

  /** Computes what depends on the parameters only, and drops what the running steps do not use. */
  private async prepare(): Promise<void> {
    this.forget();
    for (const [name, tensor] of this.graph.constants) this.statics.set(name, Value.onHost(this.device, tensor));
    for (const { name, value, tensor } of this.graph.parameters) {
      const data = this.parameters.get(name) ?? tensor.data;
      this.statics.set(value, Value.ofData(this.device, { ...tensor, data }));
    }
    const { preparing, uses } = this.program;
    for (const step of preparing) await this.perform(step, this.statics);
    for (const [name, value] of this.statics) {
      if (uses.has(name)) continue;
      value.release();
      this.statics.delete(name);
    }
    this.ready = true;
  }

  private forget(): void {
    for (const value of this.statics.values()) value.release();
    this.statics.clear();
    for (const { kept } of this.preparations.values()) for (const tensor of kept.values()) tensor.dispose();
    this.preparations.clear();
    this.ready = false;
  }

  private async execute(environment: Environment): Promise<Record<string, Tensor>> {
    const left = new Map(this.program.uses);
    const finish = (name: string): void => {
      const count = (left.get(name) ?? 0) - 1;
      left.set(name, count);
      if (count > 0) return;
      environment.get(name)?.release();
      environment.delete(name);
    };
    for (const step of this.program.running) {
      await this.perform(step, environment);
      for (const name of step.inputs) finish(name);
      for (const name of step.outputs) if (!left.get(name)) finish(name);
    }
    const outputs: Record<string, Tensor> = {};
    for (const { name } of this.graph.outputs) outputs[name] = await this.read(this.valueOf(name, environment)!);
    // What a back end refuses that is not read at once is known only now.
    const complaint = this.device.readsAtOnce ? undefined : this.device.complaint();
    if (complaint !== undefined) throw cannotRun(`${this.label} stopped: ${firstSentence(complaint)}.`);
    return outputs;
  }

  /** An output as a tensor that shares no memory with this executable or with a feed. */
  private async read(value: Value): Promise<Tensor> {
    const { dtype, shape, data } = await whenRead(() => this.scoped(() => value.host()));
    return { dtype, shape: [...shape], data: data.slice() };
  }

  /** What the back end makes meanwhile, and nobody keeps, goes afterwards. */
  private scoped<T>(work: () => T): T {
    const { tf } = this.device;
    tf.engine().startScope();
    try {
      return work();
    } finally {
      tf.engine().endScope();
    }
  }

  /** Performs a step; where elements have to be read for it, again when they are. */
  private async perform(step: Step, environment: Environment): Promise<void> {
    const answers: ArrayLike<number>[] = [];
    await whenRead(() => this.scoped(() => this.attempt(step, environment, answers)));
  }

  private attempt(step: Step, environment: Environment, answers: ArrayLike<number>[]): void {
    const inputs = step.inputs.map((name) => (name === "" ? undefined : this.valueOf(name, environment)));
    const call = new Call(this.device, step, this.opset, inputs, this.preparationOf(step), answers);
    try {
      const results = resultsOf(call, inputs);
      const complaint = this.device.complaint();
      if (complaint !== undefined) {
        for (const result of results) result.release();
        throw new Error(complaint);
      }
      results.forEach((result, k) => {
        const name = step.outputs[k];
        if (name) environment.set(name, result);
        else result.release();
      });
      if (results.length < step.outputs.length) throw new Error(`it has ${results.length} outputs here`);
    } catch (error) {
      throw error instanceof Unread ? error : this.stopped(error, step);
    }
  }

  private valueOf(name: string, environment: Environment): Value | undefined {
    return environment.get(name) ?? this.statics.get(name);
  }

  private preparationOf(step: Step): Preparation {
    let preparation = this.preparations.get(step);
    if (!preparation) {
      const { statics } = this.program;
      preparation = {
        kept: new Map(),
        isStatic: (positions) =>
          positions.every((position) => {
            const name = step.inputs[position];
            return name === undefined || name === "" || statics.has(name);
          }),
      };
      this.preparations.set(step, preparation);
    }
    return preparation;
  }

  private misfit(feed: Tensor, { name, dtype, shape }: ValueInfo): ProblemError {
    const expected = `${dtype} [${shape.map((extent) => extent ?? "?").join(", ")}]`;
    const found = `${feed.dtype} [${feed.shape.join(", ")}]`;
    return cannotRun(`${this.label} was given ${found} for the model's input ${name}, which is ${expected}.`, [
      expected,
      found,
    ]);
  }

  private stopped(error: unknown, { node }: Step): Error {
    if (error instanceof ProblemError) return error;
    const detail = firstSentence(error instanceof Error ? error.message : String(error));
    const place = node.name === "" ? node.op : `${node.op} (${node.name})`;
    return cannotRun(`${this.label} stopped in ${place}: ${detail}.`);
  }
}

function firstSentence(text: string): string {
  return text.split("\n")[0]!.replace(/[\s.:]+$/, "");
}

/** What `work` comes to when all that it needs has been read. It waits only where it must. */
async function whenRead<T>(work: () => T): Promise<T> {
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof Unread)) throw error;
      await error.read();
    }
  }
}

function cannotRun(message: string, facts?: readonly string[]): ProblemError {
  return new ProblemError({
    reason: "file-unsupported",
    title: "The model cannot be run",
    message,
    advice: "Check that the data and the batch size have the shape that the model expects.",
    ...(facts && { facts }),
  });
}

/** Whether a feed has the element type and every fixed extent of its input; an input may leave its shape open. */
function fits({ dtype, shape }: Tensor, input: ValueInfo): boolean {
  if (dtype !== input.dtype) return false;
  if (input.shape.length === 0) return true;
  if (shape.length !== input.shape.length) return false;
  return input.shape.every((extent, axis) => typeof extent !== "number" || extent === shape[axis]);
}

/** Executes an operator where it belongs: on the host when all its inputs prefer that, else on the back end. */
function resultsOf(call: Call, inputs: readonly (Value | undefined)[]): readonly Value[] {
  const { host, run } = call.step.operator;
  if (host && (!run || inputs.every((value) => value === undefined || value.prefersHost))) {
    const tensors = host(call);
    return ("dtype" in tensors ? [tensors] : tensors).map((tensor) => call.onHost(tensor));
  }
  const values = run!(call);
  return values instanceof Value ? [values] : values;
}
