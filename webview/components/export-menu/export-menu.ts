import { html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import { baseName } from "../../charts/format";
import type { ExportFormat } from "../../protocol/asks";
import type { ViewName } from "../../protocol/messages";
import { isSurface } from "../../state/kind";
import type { RunData } from "../../state/model";
import { shared } from "../../styles/shared";
import { strings } from "../../strings/export";
import { picturedOf } from "../../views/view";
import type { Pictured } from "../../views/view";
import { ask, AskError } from "../ask";
import { emit } from "../events";
import "../more-menu/more-menu";
import type { MenuItem } from "../more-menu/more-menu";
import { copyPicture } from "../picture";
import { base64Of } from "./base64";

/** What became of an export, for the line below the header. */
export type ExportOutcome =
  /** A file was written. */
  | { readonly kind: "saved"; readonly path: string }
  | { readonly kind: "copied"; readonly what: "image" | "command" }
  | { readonly kind: "failed"; readonly message: string };

declare global {
  interface HTMLElementEventMap {
    "export-ended": CustomEvent<ExportOutcome>;
  }
}

/** Formats of data that any run has, and those that need a surface. */
const dataFormats = ["csv", "json", "npz", "h5"] as const satisfies readonly ExportFormat[];
const meshFormats = ["vtp", "obj"] as const satisfies readonly ExportFormat[];

/**
 * The "Export" button and its menu: the picture of the view that is shown, where it has one, and the run's data.
 * @fires export-ended with what became of it; nothing when the user gave up
 */
@customElement("export-menu")
export class ExportMenu extends LitElement {
  static override styles = [shared];

  @property({ attribute: false }) run!: RunData;
  /** The view in front. */
  @property() shown?: ViewName;
  /** The element whose figure is to be seen, if there is one. */
  @property({ attribute: false }) figure: () => Element | null = () => null;

  override render() {
    return html`<more-menu icon="export" label=${strings.export} .items=${this.#items()}></more-menu>`;
  }

  #items(): readonly MenuItem[] {
    const data = (format: keyof typeof strings.formats, isFirst = false): MenuItem => ({
      label: strings.formats[format],
      isFirst,
      choose: () => void this.#end(() => this.#save(format)),
    });
    const figure = picturedOf(this.figure());
    const pictures: readonly MenuItem[] = figure
      ? [
          { label: strings.picturePng, choose: () => void this.#end(() => this.#savePicture(figure, "png")) },
          { label: strings.pictureSvg, choose: () => void this.#end(() => this.#savePicture(figure, "svg")) },
          { label: strings.copyImage, choose: () => void this.#end(() => copyImage(figure)) },
        ]
      : [];
    return [
      ...pictures,
      data("html", pictures.length > 0),
      ...dataFormats.map((format, k) => data(format, k === 0)),
      ...(isSurface(this.run) ? meshFormats : []).map((format) => data(format)),
      { label: strings.copyCommand, isFirst: true, choose: () => void this.#end(() => this.#copyCommand()) },
    ];
  }

  async #save(format: ExportFormat): Promise<ExportOutcome | undefined> {
    const { path } = await ask(this, "export", { journal: this.run.journal, format });
    return path === undefined ? undefined : { kind: "saved", path };
  }

  async #savePicture(figure: Pictured, type: "png" | "svg"): Promise<ExportOutcome | undefined> {
    const picture = await figure.picture(type);
    const content = type === "svg" ? await picture.text() : base64Of(new Uint8Array(await picture.arrayBuffer()));
    const model = baseName(this.run.header.model.path).replace(/(?<=.)\.[^.]*$/, "");
    const name = this.shown === undefined ? model : `${model}-${this.shown}`;
    const { path } = await ask(this, "save-picture", { name, type, content });
    return path === undefined ? undefined : { kind: "saved", path };
  }

  async #copyCommand(): Promise<ExportOutcome> {
    const { text } = await ask(this, "command-line", {});
    emit(this, "panel-message", { kind: "copy-text", text });
    return { kind: "copied", what: "command" };
  }

  /** Tells what became of an export. */
  async #end(work: () => Promise<ExportOutcome | undefined>): Promise<void> {
    const outcome = await work().catch((error: unknown): ExportOutcome => ({
      kind: "failed",
      message: sentenceOf(error),
    }));
    if (outcome)
      this.dispatchEvent(new CustomEvent("export-ended", { detail: outcome, bubbles: true, composed: true }));
  }
}

async function copyImage(figure: Pictured): Promise<ExportOutcome> {
  await copyPicture(figure.picture("png"));
  return { kind: "copied", what: "image" };
}

function sentenceOf(error: unknown): string {
  if (error instanceof AskError) return `${error.problem.message} ${error.problem.advice}`;
  return strings.failed(error instanceof Error ? error.message : String(error));
}

declare global {
  interface HTMLElementTagNameMap {
    "export-menu": ExportMenu;
  }
}
