// oxlint-disable-next-line import/no-unassigned-import -- its side effect must happen before the other imports
import "./lib/navigator-language.ts";
import { textsLoaded } from "./lib/l10n/start.ts";
import "@fontsource-variable/hanken-grotesk/wght.css";
import "./styles/tokens.css";
import "./styles/base.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { app } from "./lib/app.svelte.ts";
import { fontLoaded } from "./lib/font.ts";
import { takeInitialData } from "./lib/initial-data.ts";
import { liveOverview } from "./lib/live-overview.svelte.ts";

const font = fontLoaded();
const initialData = takeInitialData();
if (initialData) {
  app.resource.initialize(initialData.app);
  if (initialData.overview) liveOverview.initialize(initialData.overview);
}
const dataReady = initialData ? Promise.resolve() : app.resource.refresh();
// The window is built outside the document while the font loads, and put into the document when it is complete.
const target = document.createElement("div");
target.id = "app";
target.dataset.initialData = initialData ? "embedded" : "requested";
const attached = font.then(() => document.getElementById("app")?.replaceWith(target));
await textsLoaded;
mount(App, { target, props: { dataReady, attached } });
