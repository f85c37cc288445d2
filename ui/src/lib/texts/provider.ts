// What the window calls a provider.

import { t } from "../l10n/l10n.svelte.ts";
import type { AccountView, NetworkView } from "../types.ts";

/** The provider's own name, or what it is. */
export function providerName({ provider: name, provider_title: title }: AccountView | NetworkView): string {
  return t("provider-title", { title, name });
}
