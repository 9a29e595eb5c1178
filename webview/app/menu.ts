import type { MenuItem } from "../components/more-menu/more-menu";
import type { PanelMessage } from "../protocol/messages";
import type { PanelModel, RunData } from "../state/model";
import { measuredCsv } from "../state/points";
import { strings } from "../strings/strings";

export interface MenuContext {
  readonly model: PanelModel;
  /** The run whose figures are shown. */
  readonly run: RunData;
  /** Copies the picture; absent where the view has a button for it, or no picture. */
  readonly copyImage: (() => void) | undefined;
  readonly post: (message: PanelMessage) => void;
}

/** What the header's menu offers for a run. */
export function menuItems({ model, run, copyImage, post }: MenuContext): readonly MenuItem[] {
  const { plane } = model;
  const other = plane === "path" ? "random" : "path";
  return [
    ...(copyImage ? [{ label: strings.copyImage, choose: copyImage }] : []),
    ...(run.isProvisional
      ? []
      : [{ label: strings.copyPoints, choose: () => post({ kind: "copy-text", text: measuredCsv(run) }) }]),
    ...(plane === undefined
      ? []
      : [{ label: strings.planes[other], choose: () => post({ kind: "plane", plane: other }) }]),
    { label: strings.chooseOtherData, choose: () => post({ kind: "choose-data" }) },
    { label: strings.saveAsStudy, choose: () => post({ kind: "save-as-study" }) },
  ];
}
