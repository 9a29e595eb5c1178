import { toCsv } from "./csv";
import type { Exportable, ExportOptions, ExportPart } from "./exportable";
import { toH5 } from "./h5";
import { toHtml } from "./html";
import { toNpz } from "./npz";
import { toObj } from "./obj";
import { toPng } from "./png";
import { toSvg } from "./svg";
import { toVtp } from "./vtp";

/** A format that results can be exported to. */
export interface ExportFormat {
  readonly name: string;
  /** Ending of its files, without a dot. */
  readonly ending: string;
  readonly mediaType: string;
  /** Whether `write` gives bytes rather than text. */
  readonly binary: boolean;
  /** What it is, in a few words. */
  readonly label: string;
  /** The parts of a result that it can hold. */
  readonly parts: readonly ExportPart[];
  write(result: Exportable, options: ExportOptions): Uint8Array | string | Promise<Uint8Array | string>;
}

const everything: readonly ExportPart[] = ["surface", "lines", "trajectory", "curvature"];

/** To add a format, add a file beside this one and a line here. */
const formats = {
  json: {
    ...{ ending: "json", mediaType: "application/json", binary: false, parts: everything },
    label: "everything as one JSON object",
    write: (result) => `${JSON.stringify(result, null, 2)}\n`,
  },
  csv: {
    ...{ ending: "csv", mediaType: "text/csv", binary: false, parts: everything },
    label: "one part as a table",
    write: (result, { part }) => toCsv(result, part),
  },
  npz: {
    ...{ ending: "npz", mediaType: "application/zip", binary: true, parts: everything },
    label: "NumPy arrays",
    write: (result, { part }) => toNpz(result, part),
  },
  h5: {
    ...{ ending: "h5", mediaType: "application/x-hdf5", binary: true, parts: everything },
    label: "HDF5 as the authors' code of Li et al. 2018 keeps it",
    write: (result, { part }) => toH5(result, part),
  },
  vtp: {
    ...{ ending: "vtp", mediaType: "application/xml", binary: false, parts: ["surface", "trajectory"] },
    label: "mesh for ParaView",
    write: toVtp,
  },
  obj: {
    ...{ ending: "obj", mediaType: "model/obj", binary: false, parts: ["surface"] },
    label: "mesh for Blender and others",
    write: toObj,
  },
  svg: {
    ...{ ending: "svg", mediaType: "image/svg+xml", binary: false, parts: everything },
    label: "picture for papers",
    write: toSvg,
  },
  png: {
    ...{ ending: "png", mediaType: "image/png", binary: true, parts: everything },
    label: "picture",
    write: toPng,
  },
  html: {
    ...{ ending: "html", mediaType: "text/html", binary: false, parts: everything },
    label: "report as one page",
    write: toHtml,
  },
} satisfies Readonly<Record<string, Omit<ExportFormat, "name">>>;

export type ExportFormatName = keyof typeof formats;

/** All formats, in the order in which they are listed to users. */
export const exportFormats: readonly (ExportFormat & { readonly name: ExportFormatName })[] = Object.entries(
  formats,
).map(([name, format]: [string, Omit<ExportFormat, "name">]) => ({ name: name as ExportFormatName, ...format }));

export const exportFormatNames: readonly ExportFormatName[] = exportFormats.map(({ name }) => name);

/**
 * A result in one of the formats; computes nothing.
 * @throws ProblemError `data-missing` when the result has not what is asked for.
 */
export async function exportRun(
  result: Exportable,
  format: ExportFormatName,
  options: ExportOptions = {},
): Promise<Uint8Array | string> {
  return (formats[format] satisfies Omit<ExportFormat, "name">).write(result, options);
}
