// oxlint-disable-next-line import/no-unassigned-import -- it works by being run before the others
import "./lib/navigator-language.ts";
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
// Made beside the page while its face is on the way, and put into it whole.
const target = document.createElement("div");
target.id = "app";
target.dataset.first = initialData ? "told" : "asked";
const attached = font.then(() => document.getElementById("app")?.replaceWith(target));
mount(App, { target, props: { dataReady, attached } });
