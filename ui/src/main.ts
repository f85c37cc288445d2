// oxlint-disable-next-line import/no-unassigned-import -- it works by being run before the others
import "./lib/locale.ts";
import "@fontsource-variable/hanken-grotesk/wght.css";
import "./styles/tokens.css";
import "./styles/base.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { app } from "./lib/app.svelte.ts";

// Asked for before anything is drawn: the answer comes while the frame is being laid out.
const first = app.reading.refresh();
const target = document.getElementById("app");
if (target) mount(App, { target, props: { first } });
