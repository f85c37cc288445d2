// oxlint-disable-next-line import/no-unassigned-import -- it works by being run before the others
import "./lib/locale.ts";
import "@fontsource-variable/hanken-grotesk/wght.css";
import "./styles/tokens.css";
import "./styles/base.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { app } from "./lib/app.svelte.ts";
import { faceLoaded } from "./lib/face.ts";
import { takeFirst } from "./lib/first.ts";
import { live } from "./lib/overview.svelte.ts";

const face = faceLoaded();
const told = takeFirst();
if (told) {
  app.reading.begin(told.app);
  if (told.overview) live.begin(told.overview);
}
const first = told ? Promise.resolve() : app.reading.refresh();
// Made beside the page while its face is on the way, and put into it whole.
const target = document.createElement("div");
target.id = "app";
target.dataset.first = told ? "told" : "asked";
const shown = face.then(() => document.getElementById("app")?.replaceWith(target));
mount(App, { target, props: { first, shown } });
