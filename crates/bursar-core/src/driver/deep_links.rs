//! Handles a link that came back from the browser. It wakes a check of the one top-up, or of the payment methods, whose
//! one-time state it carries, and does nothing else.

use super::event_loop::EventLoop;
use bursar_domain::link::{self, Link, LinkState};
use bursar_engine::Event;

impl EventLoop {
    /// Handles a text that arrived as a link. Only a link with the state of one of Bursar's top-ups, methods or
    /// sign-ins does anything.
    pub(super) async fn link(&mut self, text: &str) {
        match link::parse(text) {
            Ok(Link::TopUpReturn { state }) => {
                let found = self
                    .shared
                    .states()
                    .into_iter()
                    .find_map(|(account, known)| {
                        known
                            .top_ups
                            .values()
                            .find(|top_up| {
                                top_up
                                    .link_state
                                    .as_deref()
                                    .is_some_and(|own| state.matches(own))
                            })
                            .map(|top_up| (account, top_up.id.clone()))
                    });
                match found {
                    Some((account, top_up)) => {
                        self.handle_event(&account, Event::ReturnLinkOpened { top_up_id: top_up })
                            .await
                    }
                    None if self.method_returned(&state).await => {}
                    None => {
                        tracing::info!("a return link with an unknown or used state was ignored")
                    }
                }
            }
            Ok(link @ (Link::SignIn { .. } | Link::SignInRefused { .. })) => {
                let _ = self.sign_ins.send(link);
            }
            Err(_) => tracing::info!("a link that is not one of ours was ignored"),
        }
    }

    /// Whether the link came from the page for adding a method.
    async fn method_returned(&mut self, state: &LinkState) -> bool {
        let found = self
            .shared
            .states()
            .into_iter()
            .find(|(_, known)| {
                known
                    .method_link_state
                    .as_deref()
                    .is_some_and(|own| state.matches(own))
            })
            .map(|(account, _)| account);
        match found {
            Some(account) => {
                self.handle_event(&account, Event::MethodReturned).await;
                true
            }
            None => false,
        }
    }
}
