// The newest export, running or finished. The core runs it, so it goes on when the dialog or the page closes, and every
// page can show its progress from here.

import { core } from "$lib/transport";
import { subscribeToChanges } from "./changes.ts";
import { Action } from "./action.svelte.ts";
import { Resource } from "./resource.svelte.ts";
import type { ExportFormat, ExportView, Failure, PaymentQuery } from "./types.ts";

class ExportJob {
  readonly action = new Action();

  readonly #resource = new Resource<ExportView | null>(() => core.exporting());
  /** The finished export that the user has dismissed. */
  #dismissed = $state.raw<ExportView | null>(null);

  constructor() {
    subscribeToChanges((change) => {
      if (change.what === "export") void this.#resource.refresh();
    });
    void this.#resource.refresh();
  }

  get view(): ExportView | null {
    const view = this.#resource.value;
    return view === this.#dismissed ? null : view;
  }

  get running(): ExportView | null {
    return this.view?.state.is === "running" ? this.view : null;
  }

  get failure(): Failure | null {
    const state = this.view?.state;
    return state?.is === "failed" ? state.error : this.action.failure;
  }

  /** The progress in whole percent; `null` while the total is unknown. */
  get percent(): number | null {
    const running = this.running;
    return running?.total ? Math.floor((running.written / running.total) * 100) : null;
  }

  /** Asks the user for a file and writes the payments to it. */
  async begin(query: PaymentQuery, format: ExportFormat): Promise<void> {
    this.dismiss();
    await this.action.run(() => core.exportPayments(query, format));
  }

  async cancel(): Promise<void> {
    await core.cancelExport();
  }

  /** Hides the result of a finished export. */
  dismiss(): void {
    if (this.running) return;
    this.#dismissed = this.#resource.value;
    this.action.failure = null;
  }
}

export const exportJob = new ExportJob();
