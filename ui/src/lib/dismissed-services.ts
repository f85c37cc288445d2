// How long the banner of a missing desktop service stays closed: until the service is back.

import type { DesktopService, Health } from "./types.ts";

/** Drops the services that are there again. `isBack` tells whether a service that is not missing has been looked for. */
export function stillDismissed(
  dismissed: readonly DesktopService[],
  health: Health,
  isBack: (service: DesktopService) => boolean,
): DesktopService[] {
  return dismissed.filter((service) => !health[service] || !isBack(service));
}
