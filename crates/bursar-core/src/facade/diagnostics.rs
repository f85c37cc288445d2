//! A text about versions and states, to be pasted into a bug report.

use super::{Bursar, lock};
use bursar_domain::error::Result;

impl Bursar {
    /// Versions and states for a report, without anything secret.
    pub async fn diagnostics(&self) -> Result<String> {
        let mut text = format!(
            "Bursar {}\nHealth: {:?}\n",
            env!("CARGO_PKG_VERSION"),
            *lock(&self.health)
        );
        for connection in self.connections() {
            let network = &connection.account.network;
            text.push_str(&format!(
                "\nAccount on {} ({}), signed in: {}, this session only: {}\n",
                network.name,
                network.api_host(),
                connection.session.signed_in(),
                connection.session.session_only(),
            ));
            for (host, state) in connection.chain.iter().flat_map(|chain| chain.rpc_states()) {
                text.push_str(&format!("  RPC {host}: {state:?}\n"));
            }
            let Some(state) = self.driver.state(&connection.account.id) else {
                continue;
            };
            for (poll, plan) in &state.poll_timers {
                let last = plan
                    .last_success
                    .map_or_else(|| "never".to_owned(), |at| at.to_string());
                let error = state
                    .errors
                    .get(poll)
                    .map_or("none".to_owned(), |(error, at)| {
                        format!("{:?} at {at}: {}", error.code, error.detail)
                    });
                text.push_str(&format!("  {}: last {last}, error {error}\n", poll.label()));
            }
            if let Some((error, at)) = &state.events_error {
                text.push_str(&format!(
                    "  events: {:?} at {at}: {}\n",
                    error.code, error.detail
                ));
            }
            // Amounts are private.
            let in_debt = match (state.owed(), &state.api_balance) {
                (Some(_), _) => "yes",
                (None, Some(_)) => "no",
                (None, None) => "unknown",
            };
            text.push_str(&format!(
                "  open top-ups: {}, subscribed: {}, disagreement: {:?}, in debt: {in_debt}\n",
                state.top_ups.len(),
                state.subscribed,
                state.disagreement,
            ));
        }
        Ok(text)
    }
}
