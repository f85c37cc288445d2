//! Which figure is the balance where both the contract and the API have one: decided here for engine, window, tray and
//! terminal alike.

use crate::view::Source;

/// What is known of the two figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TwoFigures {
    /// Whether the chain answers now; `None` without a figure of the contract.
    pub chain: Option<bool>,
    /// Whether the API answers now; `None` without a figure of the API.
    pub api: Option<bool>,
    /// Whether the API's figure leads where both answer.
    pub api_leads: bool,
    /// Whether the API reports a debt.
    pub owes: bool,
    /// Whether the API's figure is newer than the contract's.
    pub api_is_newer: bool,
}

impl TwoFigures {
    /// Whose figure is shown: the API's while it reports a debt; else the one that leads if its source answers, else the
    /// other one if that source answers, else the newer one.
    pub fn shown(self) -> Option<Source> {
        let (chain_answers, api_answers) = match (self.chain, self.api) {
            (_, api) if self.owes => return api.map(|_| Source::Api),
            (Some(chain), Some(api)) => (chain, api),
            (Some(_), None) => return Some(Source::Chain),
            (None, api) => return api.map(|_| Source::Api),
        };
        let shows_api = match (chain_answers, api_answers) {
            (true, true) => self.api_leads,
            (true, false) => false,
            (false, true) => true,
            (false, false) => self.api_is_newer,
        };
        Some(if shows_api {
            Source::Api
        } else {
            Source::Chain
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: TwoFigures = TwoFigures {
        chain: Some(true),
        api: Some(true),
        api_leads: false,
        owes: false,
        api_is_newer: false,
    };

    #[test]
    fn leader_is_shown_while_its_source_answers() {
        use Source::{Api, Chain};
        for (chain, api, api_leads, api_is_newer, expected) in [
            (Some(true), Some(true), false, true, Some(Chain)),
            (Some(true), Some(true), true, false, Some(Api)),
            (Some(false), Some(true), false, false, Some(Api)),
            (Some(true), Some(false), true, true, Some(Chain)),
            // Neither answers: the newer one, whichever leads.
            (Some(false), Some(false), false, true, Some(Api)),
            (Some(false), Some(false), false, false, Some(Chain)),
            (Some(false), Some(false), true, true, Some(Api)),
            (Some(false), Some(false), true, false, Some(Chain)),
            (Some(false), None, true, true, Some(Chain)),
            (None, Some(false), false, false, Some(Api)),
            (None, None, true, true, None),
        ] {
            let figures = TwoFigures {
                chain,
                api,
                api_leads,
                api_is_newer,
                ..BOTH
            };
            assert_eq!(figures.shown(), expected, "{figures:?}");
        }
    }

    #[test]
    fn debt_is_shown_whatever_the_chain_says() {
        for chain in [None, Some(false), Some(true)] {
            for api in [None, Some(false), Some(true)] {
                let owes = true;
                let figures = TwoFigures {
                    chain,
                    api,
                    owes,
                    ..BOTH
                };
                assert_eq!(figures.shown(), api.map(|_| Source::Api), "{figures:?}");
            }
        }
    }
}
