import type { ExportFormat } from "../protocol/asks";
import { t } from "./l10n";

/** Texts of the Export menu and of the line that says what became of it. */
export const strings = {
  export: t("Export"),
  picturePng: t("Picture (PNG)"),
  pictureSvg: t("Picture for papers (SVG)"),
  copyImage: t("Copy image"),
  copyCommand: t("Copy command line"),
  formats: {
    html: t("Interactive page (HTML)"),
    csv: t("Table (CSV)"),
    json: t("Everything (JSON)"),
    npz: t("NumPy arrays (NPZ)"),
    h5: t("HDF5"),
    vtp: t("Mesh for ParaView (VTP)"),
    obj: t("Mesh (OBJ)"),
  } satisfies Readonly<Partial<Record<ExportFormat, string>>>,
  saved: (name: string) => t("{0} was written.", name),
  show: t("Show"),
  dismiss: t("Dismiss"),
  commandCopied: t("The command line that makes this run was copied."),
  imageCopied: t("Image copied"),
  failed: (reason: string) => t("The image could not be made: {0}", reason),
};
