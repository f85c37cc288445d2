/** All peers, in the order of docs/compatibility.md, and those that did not run. */
import { keepassxc } from "./secret_services/keepassxc_trials.ts";
import { gnomeKeyring } from "./secret_services/gnome_keyring_trials.ts";
import { kwallet } from "./secret_services/kwallet_trials.ts";
import { anvilNode, ethTester, hardhatNode } from "./chains/peers.ts";
import { firefox } from "./browsers/firefox_trials.ts";
import { atSpi } from "./accessibility/trials.ts";
import { poppler } from "./readers/invoice.ts";
import { calc, python } from "./readers/trials.ts";
import { captivePortal, certificates, ipv6, microsocks, squid } from "./networks/trials.ts";
import { dunst, mako, xfceNotifyd } from "./notifications/trials.ts";
import { dpkg, lintian } from "./packaging/trials.ts";
import { generatedClient } from "./apis/generated_client.ts";
import { prism } from "./apis/prism.ts";
import { schemathesis, specValidator } from "./apis/trials.ts";
import { polybar, waybar, xfcePanel } from "./tray/trials.ts";
import { sway } from "./wayland/trials.ts";
import type { AbsentPeer, Peer } from "./peer.ts";

export const PEERS: readonly Peer[] = [
  keepassxc,
  gnomeKeyring,
  kwallet,
  hardhatNode,
  ethTester,
  anvilNode,
  firefox,
  atSpi,
  calc,
  python,
  poppler,
  squid,
  microsocks,
  certificates,
  ipv6,
  captivePortal,
  sway,
  xfcePanel,
  waybar,
  polybar,
  dunst,
  xfceNotifyd,
  mako,
  lintian,
  dpkg,
  schemathesis,
  specValidator,
  prism,
  generatedClient,
];

export const ABSENT: readonly AbsentPeer[] = [
  {
    title: "GNOME Shell 43, Plasma 5.27",
    reason:
      "No trial has been written. Sway stands for Wayland, and GNOME's and KDE's keyrings are tried without their desktops.",
  },
  {
    title: "Windows, by Wine",
    reason: "No trial has been written.",
  },
];
