import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import { narrowWidth, wideWidth } from "../charts/layout";
import "../components/choose-file/choose-file";
import "../components/export-line/export-line";
import "../components/export-menu/export-menu";
import type { ExportOutcome } from "../components/export-menu/export-menu";
import "../components/first-run/first-run";
import "../components/found-list/found-list";
import type { PanelAsk } from "../components/ask";
import type { PanelEvents, PlaneRegion } from "../components/events";
import type { MenuItem } from "../components/more-menu/more-menu";
import { openedRunsIn } from "../components/other-runs";
import "../components/panel-header/panel-header";
import "../components/panel-notices/panel-notices";
import "../components/problem-state/problem-state";
import "../components/resume-offer/resume-offer";
import "../components/run-offer/run-offer";
import "../components/run-progress/run-progress";
import "../components/run-settings/run-settings";
import "../components/run-trail/run-trail";
import { SizeController } from "../components/size-controller";
import "../components/view-tabs/view-tabs";
import { connectHost } from "../host/host";
import type { Host } from "../host/host";
import { Questions } from "../host/questions";
import type { HostMessage, PanelMessage, ViewState } from "../protocol/messages";
import { emptyModel } from "../state/model";
import type { PanelModel, RunData } from "../state/model";
import { viewAfter } from "../state/compared-runs";
import { windowAround } from "../state/runForm";
import { Store } from "../state/store";
import { trajectoryOptions } from "../state/trajectory";
import { defaultView } from "../state/view";
import { shared } from "../styles/shared";
import { picturedOf } from "../views/view";
import { shownView, viewsOf } from "../views/views";
import { strings } from "../strings/strings";
import { menuItems } from "./menu";

/**
 * The whole panel: it owns the store, speaks with the host and decides which state is shown.
 * @attr state - what is shown, for styles and tests: waiting, preparing, provisional, running, paused, cancelled, done,
 *   failed, problem, offer-resume, choose-data or choose-model
 */
@customElement("loss-landscape-panel")
export class LossLandscapePanel extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        min-height: 100vh;
      }

      .waiting {
        border-top: 1px solid var(--ll-rule);
        /* The height of the tools and of the facts, which come later: the frame stays where it is. */
        padding: 70px 0 0 8px;
        max-width: 818px;
      }

      :host([narrow]) .waiting {
        padding: 110px 0 0 4px;
      }
    `,
  ];

  @state() private model: PanelModel = emptyModel;
  @state() private view: ViewState = defaultView;
  /** A part of the plane that may be measured. */
  @state() private region?: PlaneRegion;
  /** A place that the map is to show. */
  @state() private place?: PanelEvents["show-place"];
  @property({ type: Boolean, reflect: true }) narrow = false;
  @state() private wide = false;
  @state() private exported?: ExportOutcome;
  /** Whether the view in front has a figure that can be copied. */
  @state() private isPictured = false;

  #store = new Store();
  #regionOf?: string;
  #host?: Host;
  #questions = new Questions((message) => this.#post(message));
  #stop: (() => void)[] = [];
  protected readonly size = new SizeController(this, () => {
    this.narrow = this.clientWidth < narrowWidth;
    this.wide = this.clientWidth >= wideWidth;
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.#host ??= connectHost();
    this.view = this.#host.load()?.view ?? defaultView;
    this.#stop = [
      this.#host.listen((message) => this.#receive(message)),
      this.#store.subscribe((model) => (this.model = model)),
    ];
    this.addEventListener("panel-message", this.#onMessage);
    this.addEventListener("panel-ask", this.#onAsk);
    this.addEventListener("view-change", this.#onViewChange);
    this.addEventListener("measure-region", this.#onRegion);
    this.addEventListener("centre-here", this.#onCentre);
    this.addEventListener("show-place", this.#onPlace);
    this.addEventListener("keydown", this.#onKey);
    this.#host.post({ kind: "ready" });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stop) stop();
    this.removeEventListener("panel-message", this.#onMessage);
    this.removeEventListener("panel-ask", this.#onAsk);
    this.removeEventListener("view-change", this.#onViewChange);
    this.removeEventListener("measure-region", this.#onRegion);
    this.removeEventListener("centre-here", this.#onCentre);
    this.removeEventListener("show-place", this.#onPlace);
    this.removeEventListener("keydown", this.#onKey);
  }

  /** What is to be seen of the view in front. */
  #figure = () => this.renderRoot.querySelector("[data-figure]");

  #receive(message: HostMessage): void {
    if (message.kind === "answer") return this.#questions.answered(message);
    if (message.kind === "runs-changed") return openedRunsIn(this.renderRoot).changed(message.journals);
    this.#store.dispatch(message);
    const view = viewAfter(this.view, message);
    if (view !== this.view) {
      this.view = view;
      this.#save();
    }
    if (message.kind === "init" || message.kind === "snapshot") this.#save();
    // The host follows until it is told otherwise.
    if (message.kind === "init" && !trajectoryOptions(this.view).follow) {
      this.#post({ kind: "follow-training", on: false });
    }
  }

  #onMessage = (event: CustomEvent<PanelMessage>) => this.#post(event.detail);

  #onAsk = (event: CustomEvent<PanelAsk>) => this.#questions.ask(event.detail);

  #onViewChange = (event: CustomEvent<Partial<ViewState>>) => {
    if (event.detail.shown !== undefined) this.place = undefined;
    this.view = { ...this.view, ...event.detail };
    this.#save();
  };

  /** What is said of places is about the loss of the first split. */
  #onPlace = (event: CustomEvent<PanelEvents["show-place"]>) => {
    this.place = event.detail;
    this.view = { ...this.view, shown: "contour", metric: "loss", split: 0, table: false };
    this.#save();
  };

  #onRegion = (event: CustomEvent<PlaneRegion>) => {
    this.region = event.detail;
  };

  #onCentre = (event: CustomEvent<{ readonly alpha: number; readonly beta: number }>) => {
    const { run } = this.model;
    if (run) this.region = windowAround(run, event.detail.alpha, event.detail.beta);
  };

  #onKey = (event: KeyboardEvent) => {
    const last = this.model.trail.at(-1);
    if (event.key !== "ArrowLeft" || !event.altKey || !last) return;
    event.preventDefault();
    this.#post({ kind: "go-back", journal: last.journal });
  };

  /** Keeps what is looked at and how; the data itself is asked for again. */
  #save(): void {
    const { source, run, trail } = this.#store.model;
    if (!source) return;
    const kept = this.#host?.load();
    const own = run?.isProvisional ? undefined : run?.journal;
    const journal = own ?? (kept?.source === source ? kept.journal : undefined);
    const path = trail.length > 0 ? { trail } : {};
    this.#host?.save({ version: 1, source, ...(journal ? { journal } : {}), ...path, view: this.view });
  }

  protected override willUpdate(): void {
    const { phase, run } = this.model;
    // Another run has another plane or window.
    if (run?.header.id !== this.#regionOf) this.region = this.place = undefined;
    this.#regionOf = run?.header.id;
    const status = run?.isProvisional ? "provisional" : run?.status;
    this.setAttribute("state", (phase.kind === "run" ? status : undefined) ?? phase.kind);
  }

  protected override updated(): void {
    this.isPictured = picturedOf(this.#figure()) !== undefined;
  }

  override render() {
    const { phase, run, title, trail, trailShown } = this.model;
    const shownRun = this.#shownRun();
    const active = run?.status === "running" || run?.status === "paused";
    const preparing = phase.kind === "preparing";
    const canRunAgain = (phase.kind === "run" && run !== undefined && !active) || phase.kind === "problem";
    return html`
      <panel-header
        .heading=${title || strings.panel}
        .run=${shownRun}
        .split=${this.view.split}
        .items=${this.#menuItems(shownRun)}
        .canRunAgain=${canRunAgain}
        ?narrow=${this.narrow}
        @export-ended=${(event: CustomEvent<ExportOutcome>) => (this.exported = event.detail)}
        >${
          shownRun && !shownRun.isProvisional
            ? html`<export-menu
                slot="actions"
                .run=${shownRun}
                .shown=${shownView(shownRun, this.view.shown)?.name}
                .figure=${this.#figure}
              ></export-menu>`
            : nothing
        }</panel-header
      >
      <export-line .outcome=${this.exported} ?narrow=${this.narrow}></export-line>
      <panel-notices
        .model=${this.model}
        .run=${shownRun}
        ?narrow=${this.narrow}
        @compare-before=${({ detail }: CustomEvent<string>) => this.#receive({ kind: "compare", journals: [detail] })}
      ></panel-notices>
      ${
        trail.length > 0
          ? html`<run-trail .entries=${trail} .shown=${trailShown} ?narrow=${this.narrow}></run-trail>`
          : nothing
      }
      ${
        preparing || (phase.kind === "run" && active)
          ? html`<run-progress
              .run=${run}
              .preparing=${preparing ? phase.message || strings.preparing : undefined}
              .canHurry=${preparing && phase.canHurry === true}
              ?narrow=${this.narrow}
            ></run-progress>`
          : nothing
      }
      <main>${this.#content()}</main>
    `;
  }

  /** The run whose figures are shown: none while a question or a problem takes their place. */
  #shownRun(): RunData | undefined {
    const { phase, run } = this.model;
    if (phase.kind !== "run" && phase.kind !== "preparing") return undefined;
    return run && !(run.problem && run.measured.count === 0) ? run : undefined;
  }

  #content() {
    const { phase, run } = this.model;
    switch (phase.kind) {
      case "problem":
        return html`<problem-state .problem=${phase.problem} ?narrow=${this.narrow}></problem-state>`;
      case "offer-resume":
        return html`<resume-offer .earlier=${phase.earlier} ?narrow=${this.narrow}></resume-offer>`;
      case "choose-data":
      case "choose-model":
        return html`<choose-file
          .question=${phase.kind}
          .candidates=${phase.candidates}
          .reason=${phase.reason}
          ?narrow=${this.narrow}
        ></choose-file>`;
      case "first-run":
        return html`<first-run .study=${phase.study} ?narrow=${this.narrow}></first-run>`;
      case "waiting":
      case "preparing":
      case "run":
        if (!run) return html`<div class="picture waiting"><contour-figure></contour-figure></div>`;
        return this.#picture(run);
    }
  }

  #picture(run: RunData) {
    if (run.problem && run.measured.count === 0) {
      return html`<problem-state .problem=${run.problem} ?narrow=${this.narrow}></problem-state>`;
    }
    return html`
      <div class="picture">
        ${
          run.problem
            ? html`<problem-state inline .problem=${run.problem} ?narrow=${this.narrow}></problem-state>`
            : nothing
        }
        ${this.#views(run)}
        ${run.isProvisional ? nothing : html`<run-settings .run=${run} ?narrow=${this.narrow}></run-settings>`}
        ${
          this.model.found.length > 0
            ? html`<found-list .notices=${this.model.found} ?narrow=${this.narrow}></found-list>`
            : nothing
        }
      </div>
    `;
  }

  #views(run: RunData) {
    const tabs = viewsOf(run).map(({ name, title, badge }) => ({ name, title, badge: badge?.(run) ?? 0 }));
    const shown = shownView(run, this.view.shown);
    if (!shown) return nothing;
    const { model, view, narrow, wide, place } = this;
    return html`
      <view-tabs .tabs=${tabs} .shown=${shown.name} ?narrow=${narrow}></view-tabs>
      ${
        this.region && !run.isProvisional
          ? html`<run-offer
              .run=${run}
              .region=${this.region}
              ?narrow=${narrow}
              @offer-ended=${() => (this.region = undefined)}
            ></run-offer>`
          : nothing
      }
      <div role="tabpanel" aria-label=${shown.title} data-view=${shown.name}>
        ${keyed(shown.name, shown.render({ run, model, view, narrow, wide, place }))}
      </div>
    `;
  }

  #post = (message: PanelMessage) => this.#host?.post(message);

  #menuItems(run: RunData | undefined): readonly MenuItem[] {
    if (!run) return [];
    const { model } = this;
    const canCopy = this.narrow && this.isPictured && !this.view.table;
    const copyImage = canCopy ? () => void picturedOf(this.#figure())?.copyImage() : undefined;
    return menuItems({ model, run, post: this.#post, copyImage });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "loss-landscape-panel": LossLandscapePanel;
  }
}
