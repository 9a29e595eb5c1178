import type { DataType } from "../../graph/tensor";
import {
  as,
  inert,
  PickleError,
  type Callable,
  type StoredView,
  type Unread,
  type Value,
} from "../../files/pickle/objects";
import { listOf, plainCalls, type Call } from "../../files/pickle/plain";

/** Bytes per element and element type by the names of PyTorch's storages; without a type, they are not read. */
const storageTypes: Readonly<Record<string, readonly [width: number, dtype?: DataType]>> = {
  DoubleStorage: [8, "float64"],
  FloatStorage: [4, "float32"],
  HalfStorage: [2, "float16"],
  BFloat16Storage: [2, "bfloat16"],
  LongStorage: [8, "int64"],
  IntStorage: [4, "int32"],
  ShortStorage: [2, "int16"],
  CharStorage: [1, "int8"],
  ByteStorage: [1, "uint8"],
  BoolStorage: [1, "bool"],
  ComplexDoubleStorage: [16],
  ComplexFloatStorage: [8],
  QInt8Storage: [1],
  QUInt8Storage: [1],
  QInt32Storage: [4],
  QUInt4x2Storage: [1],
  QUInt2x4Storage: [1],
};

/** Element types by PyTorch's own names; undefined for those that are not read. */
const elementTypes: Readonly<Record<string, DataType | undefined>> = {
  float64: "float64",
  double: "float64",
  float32: "float32",
  float: "float32",
  float16: "float16",
  half: "float16",
  bfloat16: "bfloat16",
  int64: "int64",
  long: "int64",
  int32: "int32",
  int16: "int16",
  int8: "int8",
  uint64: "uint64",
  uint32: "uint32",
  uint16: "uint16",
  uint8: "uint8",
  bool: "bool",
  complex32: undefined,
  complex64: undefined,
  complex128: undefined,
  float8_e4m3fn: undefined,
  float8_e4m3fnuz: undefined,
  float8_e5m2: undefined,
  float8_e5m2fnuz: undefined,
  qint8: undefined,
  quint8: undefined,
  qint32: undefined,
};

/** Plain data of which nothing is kept: settings and counters that training programs put beside the weights. */
const inertGlobals = new Set([
  "argparse.Namespace",
  "builtins.complex",
  "builtins.dict",
  "builtins.float",
  "builtins.int",
  "builtins.list",
  "builtins.object",
  "builtins.slice",
  "builtins.str",
  "datetime.date",
  "datetime.datetime",
  "datetime.timedelta",
  "numpy._core.multiarray._reconstruct",
  "numpy._core.multiarray.scalar",
  "numpy.core.multiarray._reconstruct",
  "numpy.core.multiarray.scalar",
  "numpy.dtype",
  "numpy.ndarray",
  "pathlib.Path",
  "pathlib.PosixPath",
  "pathlib.PurePosixPath",
  "pathlib.PureWindowsPath",
  "pathlib.WindowsPath",
  "pathlib._local.PosixPath",
  "pathlib._local.WindowsPath",
  "torch.Tensor",
  "torch.device",
  "torch.nn.parameter.Parameter",
  "torch.per_channel_affine",
  "torch.per_tensor_affine",
  "torch.serialization._get_layout",
]);

/** Kinds of tensors that are known and not read. */
const unreadTensors: Readonly<Record<string, string>> = {
  _rebuild_qtensor: "quantised",
  _rebuild_sparse_tensor: "sparse",
  _rebuild_sparse_csr_tensor: "sparse",
  _rebuild_nested_tensor: "nested",
  _rebuild_meta_tensor_no_storage: "empty (on the meta device)",
  _rebuild_device_tensor_from_numpy: "kept on a special device",
  _rebuild_wrapper_subclass: "wrapped in a class of its own",
};

/** Most axes of a tensor. */
const mostAxes = 64;

const calls: ReadonlyMap<string, Call> = new Map<string, Call>([
  ...plainCalls,
  ["torch.Size", listOf],
  ["torch._utils._rebuild_tensor", (args) => view(args)],
  ["torch._utils._rebuild_tensor_v2", (args) => view(args)],
  ["torch._utils._rebuild_tensor_v3", (args) => view(args, as(args[6], "callable"))],
  ["torch._utils._rebuild_parameter", tensorOf],
  ["torch._utils._rebuild_parameter_with_state", tensorOf],
  ["torch._tensor._rebuild_from_type_v2", rebuildFromType],
]);

/**
 * A class or function that a pickle names, or undefined when it is none of the harmless ones. Nothing of what it names
 * is ever run: what it would make is rebuilt from its arguments.
 */
export function findGlobal(home: string, name: string): Callable | undefined {
  const full = `${home}.${name}`;
  const call = calls.get(full);
  if (call) return { kind: "callable", name: full, call };
  if (inertGlobals.has(full)) return { kind: "callable", name: full, call: () => inert };
  return torchGlobal(home, name, full);
}

function torchGlobal(home: string, name: string, full: string): Callable | undefined {
  const unread = home === "torch._utils" && Object.hasOwn(unreadTensors, name) ? unreadTensors[name] : undefined;
  if (unread !== undefined) return { kind: "callable", name: full, call: () => ({ kind: "unread", what: unread }) };
  if (full === "torch.storage.UntypedStorage") return { kind: "callable", name: full, width: 1, call: () => inert };
  if ((home === "torch" || home === "torch.cuda") && Object.hasOwn(storageTypes, name)) {
    const [width, dtype] = storageTypes[name]!;
    return { kind: "callable", name: full, width, ...dtypeField(dtype), call: () => inert };
  }
  if (home === "torch" && Object.hasOwn(elementTypes, name)) {
    return { kind: "callable", name: full, ...dtypeField(elementTypes[name]), call: () => inert };
  }
  return undefined;
}

function dtypeField(dtype: DataType | undefined): { dtype?: DataType } {
  return dtype === undefined ? {} : { dtype };
}

/** A parameter is the tensor that it wraps. */
function tensorOf([tensor]: readonly Value[]): Value {
  const found = as(tensor, "tensor") ?? as(tensor, "unread");
  if (!found) throw new PickleError("a parameter is made from something else than a tensor");
  return found;
}

/** What tensors with attributes become: (function, class, its arguments, attributes). */
function rebuildFromType([rebuild, type, args]: readonly Value[]): Value {
  const call = as(rebuild, "callable");
  const plain = as(type, "callable")?.name;
  // Not this function itself, which arguments that contain themselves would call without end.
  if (
    !call?.name.startsWith("torch._utils.") ||
    !Array.isArray(args) ||
    (plain !== "torch.Tensor" && plain !== "torch.nn.parameter.Parameter")
  ) {
    throw new PickleError("a tensor is made in a way that makes no sense");
  }
  return tensorOf([call.call(args)]);
}

/** A tensor from (storage, offset, extents, strides, …). */
function view([memory, offset, shape, strides]: readonly Value[], type?: Callable): StoredView | Unread {
  const storage = as(memory, "storage");
  if (!storage || !isCount(offset) || !areCounts(shape) || !areCounts(strides) || shape.length !== strides.length) {
    throw new PickleError("a tensor is made in a way that makes no sense");
  }
  const dtype = type ? type.dtype : storage.dtype;
  if (!dtype) return { kind: "unread", what: type?.name ?? "complex or quantised" };
  return { kind: "tensor", storage, dtype, offset, shape, strides };
}

function isCount(value: Value | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function areCounts(value: Value | undefined): value is number[] {
  return Array.isArray(value) && value.length <= mostAxes && value.every(isCount);
}
