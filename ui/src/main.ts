// oxlint-disable-next-line import/no-unassigned-import -- its side effect must happen before the other imports
import "./lib/navigator-language.ts";
import { textsLoaded } from "./lib/l10n/start.ts";
import "@fontsource-variable/hanken-grotesk/wght.css";
import "./styles/tokens.css";
import "./styles/base.css";
import { mount, tick } from "svelte";
import { core } from "$lib/transport";
import App from "./App.svelte";
import { app } from "./lib/app.svelte.ts";
import { fontLoaded } from "./lib/font.ts";
import { takeInitialData } from "./lib/initial-data.ts";
import { liveOverview } from "./lib/live-overview.svelte.ts";
import type { InitialData, Page } from "./lib/types.ts";
import { windowState } from "./lib/window-state.svelte.ts";
import { loadPage } from "./pages/lazy.ts";

const font = fontLoaded();
const initialData = takeInitialData();
const stateReady = initialData
  ? Promise.resolve()
  : core.windowState().then(
      (state) => windowState.restore(state),
      () => {},
    );
const dataReady = initialData
  ? show(initialData)
  : Promise.all([app.resource.refresh(), stateReady]).then(() => openPage(null));
// The window is built outside the document while texts and font load, and put into the document when it is complete.
const target = document.createElement("div");
target.id = "app";
target.dataset.initialData = initialData ? "embedded" : "requested";
const attached = Promise.all([font, textsLoaded, initialData ? dataReady : stateReady])
  .then(() => tick())
  .then(() => document.getElementById("app")?.replaceWith(target));
// No top-level await: in WebKit, the import of a page that depends on a module with one can stay pending for ever.
void textsLoaded.then(() => mount(App, { target, props: { dataReady, attached } }));

function show({ app: view, overview, window_state, requested_page }: InitialData): Promise<void> {
  app.resource.initialize(view);
  windowState.restore(window_state);
  if (overview) liveOverview.initialize(overview);
  return openPage(requested_page);
}

async function openPage(requested: Page | null): Promise<void> {
  await app.open(windowState.value.place, requested);
  await loadPage(app.page);
}
