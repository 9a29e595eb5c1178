import type { Tensor as DeviceTensor } from "@tensorflow/tfjs-core";
import { sizeOf, type DataType, type Tensor } from "../../graph/tensor";
import { ProblemError } from "../../protocol/problem";
import type { Device } from "./library";

/** Above this many elements, float32 constants are computed with on the back end even though they are on the host. */
const hostLimit = 1024;

type Elements = Float32Array | Uint8Array;

/** Thrown where elements are needed that the back end has not given yet: after `read` the same call succeeds. */
export class Unread extends Error {
  constructor(readonly read: () => Promise<void>) {
    super("elements were needed before they were read");
  }
}

/**
 * One value of a running graph, in up to three forms that are made when they are asked for and then kept:
 * on the host (every element type, int64 exactly), on the back end in ONNX's own layout ("plain", N C H W), and on the
 * back end with the channels last (N H W C). The back end holds float32 and bool only; integers live on the host.
 */
export class Value {
  private holders = 1;
  private hostForm: Tensor | undefined;
  private plainForm: DeviceTensor | undefined;
  private lastForm: DeviceTensor | undefined;
  /** What was read of the back end where that takes waiting. */
  private readForm: Elements | undefined;

  private constructor(
    private readonly device: Device,
    readonly dtype: DataType,
    /** Shape in ONNX's layout. */
    readonly shape: readonly number[],
    private readonly isData = false,
  ) {}

  /** A constant, or what an operator computed on the host. */
  static onHost(device: Device, tensor: Tensor): Value {
    const value = new Value(device, tensor.dtype, tensor.shape);
    value.hostForm = tensor;
    return value;
  }

  /** A feed or a parameter: still on the host, but what is computed with it belongs on the back end. */
  static ofData(device: Device, tensor: Tensor): Value {
    const value = new Value(device, tensor.dtype, tensor.shape, true);
    value.hostForm = tensor;
    return value;
  }

  /** Takes over `tensor`, whose shape is the value's. */
  static plain(device: Device, tensor: DeviceTensor): Value {
    const value = new Value(device, dtypeOf(tensor), tensor.shape);
    value.plainForm = device.tf.keep(tensor);
    return value;
  }

  /** Takes over `tensor`, which has the channels last; `shape` of the value follows from it. */
  static last(device: Device, tensor: DeviceTensor): Value {
    const [batch, ...rest] = tensor.shape as [number, ...number[]];
    const value = new Value(device, dtypeOf(tensor), [batch, rest.at(-1)!, ...rest.slice(0, -1)]);
    value.lastForm = device.tf.keep(tensor);
    return value;
  }

  get rank(): number {
    return this.shape.length;
  }

  get size(): number {
    return sizeOf(this.shape);
  }

  /** Whether the back end has it with the channels last and in no other layout. */
  get isLast(): boolean {
    return this.lastForm !== undefined && this.plainForm === undefined;
  }

  /** Whether arithmetic with it belongs on the host: integers, shapes, small constants. */
  get prefersHost(): boolean {
    if (!this.hostForm) return false;
    return this.dtype !== "float32" || (!this.isData && this.size <= hostLimit);
  }

  /**
   * The elements on the host; downloads them where they are on the back end.
   * @throws Unread where the back end cannot be read at once: call again when it has been.
   */
  host(): Tensor {
    if (this.hostForm) return this.hostForm;
    if (!this.device.readsAtOnce && !this.readForm) throw new Unread(() => this.download());
    const data = this.readForm ?? (this.plain().dataSync() as Elements);
    return { dtype: this.dtype, shape: this.shape, data };
  }

  private async download(): Promise<void> {
    this.readForm = (await this.plain().data()) as Elements;
  }

  /** The elements on the back end in ONNX's layout. Belongs to this value. */
  plain(): DeviceTensor {
    if (!this.plainForm) {
      const made = this.lastForm ? this.fromLast(this.lastForm) : this.upload();
      this.plainForm = this.device.tf.keep(made);
    }
    return this.plainForm;
  }

  /** The elements on the back end with the channels last, for ranks of at least 3. Belongs to this value. */
  last(): DeviceTensor {
    this.lastForm ??= this.device.tf.keep(toLast(this.device, this.plain()));
    return this.lastForm;
  }

  /** The plain form without keeping it: what is uploaded here goes when the current operator is done. */
  transient(): DeviceTensor {
    return this.plainForm ?? (this.lastForm ? this.fromLast(this.lastForm) : this.upload());
  }

  retain(): this {
    this.holders++;
    return this;
  }

  /** Gives up one hold; with the last one the back end's memory is freed. */
  release(): void {
    if (--this.holders > 0) return;
    this.plainForm?.dispose();
    this.lastForm?.dispose();
    this.plainForm = this.lastForm = undefined;
  }

  private fromLast(tensor: DeviceTensor): DeviceTensor {
    const { tf } = this.device;
    // With one channel or one pixel both layouts are the same sequence of numbers.
    if (isSameSequence(this.shape)) return tf.reshape(tensor, [...this.shape]);
    return tf.transpose(tensor, [0, this.rank - 1, ...this.shape.slice(2).map((_, k) => k + 1)]);
  }

  private upload(): DeviceTensor {
    const tensor = this.hostForm!;
    if (tensor.dtype !== "float32" && tensor.dtype !== "bool") {
      throw new ProblemError({
        reason: "operator-unsupported",
        title: "TensorFlow.js cannot compute with this element type",
        message: `The model computes with ${tensor.dtype} tensors where TensorFlow.js has float32 only.`,
        advice: "Choose the ONNX Runtime engine, which has this element type.",
      });
    }
    const data = tensor.data as Float32Array | Uint8Array;
    return this.device.tf.tensor(data, [...tensor.shape], tensor.dtype);
  }
}

/** Moves axis 1 to the end. */
export function toLast({ tf }: Device, tensor: DeviceTensor): DeviceTensor {
  const { shape } = tensor;
  if (isSameSequence(shape)) return tf.reshape(tensor, [shape[0]!, ...shape.slice(2), shape[1]!]);
  return tf.transpose(tensor, [0, ...shape.slice(2).map((_, k) => k + 2), 1]);
}

function isSameSequence(shape: readonly number[]): boolean {
  return shape[1] === 1 || sizeOf(shape.slice(2)) === 1;
}

function dtypeOf(tensor: DeviceTensor): DataType {
  if (tensor.dtype === "float32" || tensor.dtype === "bool") return tensor.dtype;
  throw new Error(`an operator left a ${tensor.dtype} tensor on the back end`);
}
