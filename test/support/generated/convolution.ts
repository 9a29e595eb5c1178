import fc from "fast-check";
import { each, fed, flags, maybe, real, whole, type Application, type Generators } from "./application";

/** How windows lie along the spatial axes, such that at least one fits. */
export interface Windows {
  readonly spatial: readonly number[];
  readonly kernel: readonly number[];
  readonly strides: readonly number[] | undefined;
  readonly dilations: readonly number[] | undefined;
  readonly pads: readonly number[] | undefined;
  readonly auto_pad: string | undefined;
}

export interface WindowLimits {
  readonly dilated: boolean;
  /** Padding must stay below the kernel, as for pooling. */
  readonly padsBelowKernel: boolean;
}

/** Windows in one or two dimensions. Padding that is found automatically goes with no dilation: ONNX Runtime stops there. */
export function windows({ dilated, padsBelowKernel }: WindowLimits): fc.Arbitrary<Windows> {
  return whole(1, 2).chain((dimensions) =>
    fc
      .record({
        kernel: each(dimensions, whole(1, 3)),
        strides: maybe(each(dimensions, whole(1, 3))),
        dilations: dilated ? maybe(each(dimensions, whole(1, 3))) : fc.constant(undefined),
        begin: each(dimensions, whole(0, 2)),
        end: each(dimensions, whole(0, 2)),
        room: each(dimensions, whole(0, 5)),
        padding: fc.constantFrom("none", "pads", "pads", "SAME_UPPER", "SAME_LOWER", "VALID"),
      })
      .map(({ kernel, strides, dilations, begin, end, room, padding }) => {
        const isSame = padding.startsWith("SAME");
        const steps = isSame ? undefined : dilations;
        const capped = (pads: readonly number[]): number[] =>
          pads.map((pad, axis) => (padsBelowKernel ? Math.min(pad, kernel[axis]! - 1) : pad));
        return {
          spatial: kernel.map((extent, axis) => (extent - 1) * (steps?.[axis] ?? 1) + 1 + room[axis]!),
          kernel,
          strides,
          dilations: steps,
          pads: padding === "pads" ? [...capped(begin), ...capped(end)] : undefined,
          auto_pad: isSame || padding === "VALID" ? padding : undefined,
        };
      }),
  );
}

/** Why ONNX Runtime's engine refuses a pooling or a transposed convolution with such windows, if it does. */
export function belowStride({ kernel, strides, auto_pad }: Pick<Windows, "kernel" | "strides" | "auto_pad">) {
  const isBelow = auto_pad?.startsWith("SAME") === true && strides?.some((stride, axis) => stride > kernel[axis]!);
  return isBelow ? "Automatic padding may be negative where a stride is above its kernel." : undefined;
}

/** Plain, grouped and depthwise convolutions, the kernel a parameter, a constant or fed. */
const convolution: fc.Arbitrary<Application> = fc
  .record({
    form: windows({ dilated: true, padsBelowKernel: false }),
    batch: whole(1, 3),
    group: fc.constantFrom(1, 1, 2, 3),
    inPerGroup: whole(1, 3),
    outPerGroup: whole(1, 3),
    depthwise: flags,
    bias: flags,
    stated: flags,
  })
  .chain(({ form, batch, group, inPerGroup, outPerGroup, depthwise, bias, stated }) => {
    const inputs = depthwise && group > 1 ? 1 : inPerGroup;
    const { spatial, kernel, strides, dilations, pads, auto_pad } = form;
    return fc
      .tuple(
        fed([batch, group * inputs, ...spatial], -1, 1),
        real([group * outPerGroup, inputs, ...kernel], -1, 1),
        ...(bias ? [real([group * outPerGroup], -1, 1)] : []),
      )
      .map((given) => ({
        op: "Conv",
        inputs: given,
        attributes: {
          strides,
          dilations,
          pads,
          auto_pad,
          group: group === 1 ? undefined : group,
          kernel_shape: stated ? kernel : undefined,
        },
      }));
  });

/** Transposed convolutions whose padding leaves at least one element, or that ask for their result's extents. */
const transposed: fc.Arbitrary<Application> = whole(1, 2).chain((dimensions) =>
  fc
    .record({
      batch: whole(1, 2),
      group: fc.constantFrom(1, 1, 2, 3),
      inPerGroup: whole(1, 3),
      outPerGroup: whole(1, 3),
      spatial: each(dimensions, whole(1, 5)),
      kernel: each(dimensions, whole(1, 4)),
      strides: each(dimensions, whole(1, 3)),
      dilations: each(dimensions, whole(1, 2)),
      begin: each(dimensions, whole(0, 2)),
      end: each(dimensions, whole(0, 2)),
      extra: each(dimensions, whole(0, 2)),
      form: fc.constantFrom("plain", "pads", "output_padding", "output_shape", "SAME_UPPER", "SAME_LOWER", "VALID"),
      bias: flags,
    })
    .chain((choice) => {
      const { batch, group, inPerGroup, outPerGroup, spatial, kernel, strides, dilations, form, bias } = choice;
      const full = spatial.map((n, k) => (n - 1) * strides[k]! + (kernel[k]! - 1) * dilations[k]! + 1);
      const begin = choice.begin.map((pad, k) => Math.min(pad, Math.floor((full[k]! - 1) / 2)));
      const end = choice.end.map((pad, k) => Math.min(pad, Math.floor((full[k]! - 1) / 2)));
      const extra = choice.extra.map((pad, k) => Math.min(pad, strides[k]! - 1));
      const same = form.startsWith("SAME");
      const padded = form === "pads" || form === "output_padding";
      return fc
        .tuple(
          fed([batch, group * inPerGroup, ...spatial], -1, 1),
          real([group * inPerGroup, outPerGroup, ...kernel], -1, 1),
          ...(bias ? [real([group * outPerGroup], -1, 1)] : []),
        )
        .map((inputs) => ({
          op: "ConvTranspose",
          inputs,
          onnxruntimeRefuses: belowStride({ kernel, strides, auto_pad: form }),
          attributes: {
            kernel_shape: kernel,
            strides,
            dilations: same ? undefined : dilations,
            group,
            pads: padded ? [...begin, ...end] : undefined,
            output_padding: form === "output_padding" ? extra : undefined,
            output_shape: form === "output_shape" ? full.map((extent, k) => extent - begin[k]! - end[k]!) : undefined,
            auto_pad: same || form === "VALID" ? form : undefined,
          },
        }));
    }),
);

export const convolutionGenerators: Generators = { Conv: convolution, ConvTranspose: transposed };
