// The texts of the window. Components write `t("message", { argument })`, and `<Text id="message">` where there is markup.

export { t, type MessageId } from "./l10n.svelte.ts";
export { default as Text } from "./Text.svelte";
