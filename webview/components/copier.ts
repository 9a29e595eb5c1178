import type { ReactiveController, ReactiveControllerHost } from "lit";
import { strings } from "../strings/strings";
import { copyPicture } from "./picture";

/** How long the button says that it has copied. */
const copiedFor = 2000;

/** Copies a view's picture and says for a moment whether that worked. */
export class Copier implements ReactiveController {
  copied = false;
  /** What is told of the last copy, for a live region. */
  status = "";
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
  }

  /** Copies a PNG; resolves when it is copied or that has failed, which is told and not thrown. */
  async copy(picture: Promise<Blob>): Promise<void> {
    try {
      await copyPicture(picture);
      this.#tell(true, strings.copied);
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#tell(false, ""), copiedFor);
    } catch (error) {
      this.#tell(false, strings.copyFailed(error instanceof Error ? error.message : String(error)));
    }
  }

  #tell(copied: boolean, status: string): void {
    this.copied = copied;
    this.status = status;
    this.host.requestUpdate();
  }
}
