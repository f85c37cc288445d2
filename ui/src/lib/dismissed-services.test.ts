import { expect, it } from "vitest";
import { stillDismissed } from "./dismissed-services.ts";
import type { DesktopService, Health } from "./types.ts";

const health: Health = {
  tray: false,
  notifications: true,
  keyring: true,
  links: true,
  online: true,
};

it("keeps a banner closed while its service is missing", () => {
  expect(stillDismissed(["tray"], health, () => true)).toEqual(["tray"]);
});

it("shows the banner again once its service has been back", () => {
  expect(stillDismissed(["tray", "keyring"], health, (service) => service === "keyring")).toEqual(["tray"]);
  expect(stillDismissed(["tray"], { ...health, tray: true }, () => true)).toEqual([]);
});

it("keeps it closed while nobody has looked for the service yet", () => {
  const dismissed: DesktopService[] = ["keyring", "links"];
  expect(stillDismissed(dismissed, health, () => false)).toEqual(dismissed);
});
