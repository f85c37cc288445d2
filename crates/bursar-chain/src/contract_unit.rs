//! The unit of the contract's figures, found once for all endpoints and kept: one that has no symbol, or another one, must
//! not make an account's unit change from one reading to the next.

use bursar_domain::money::Currency;
use bursar_domain::network::TokenUnit;
use std::sync::OnceLock;

/// The unit of the contract's figures, which the first checked endpoint decides.
#[derive(Debug)]
pub(super) struct ContractUnit {
    token_unit: TokenUnit,
    found: OnceLock<Currency>,
}

impl ContractUnit {
    pub(super) fn new(token_unit: TokenUnit) -> Self {
        Self {
            token_unit,
            found: OnceLock::new(),
        }
    }

    /// Whether no endpoint has decided it.
    pub(super) fn is_open(&self) -> bool {
        self.found.get().is_none()
    }

    /// Takes the symbol that a checked endpoint answered, or that it has none, unless the unit is known.
    pub(super) fn decide(&self, symbol: Option<Currency>) {
        self.found.get_or_init(|| self.token_unit.of_symbol(symbol));
    }

    /// The unit, or what it is without a symbol.
    pub(super) fn get(&self) -> Currency {
        let found = self.found.get().cloned();
        found.unwrap_or_else(|| self.token_unit.of_symbol(None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_answer_stays() {
        let code = |code| Currency::new(code).unwrap();
        for (first, second) in [(Some("EURC"), None), (None, Some("EURC"))] {
            let unit = ContractUnit::new(code("USDC").into());
            assert!(unit.is_open());
            assert_eq!(unit.get(), code("USDC"));
            unit.decide(first.map(code));
            unit.decide(second.map(code));
            assert!(!unit.is_open());
            assert_eq!(unit.get(), code(first.unwrap_or("USDC")));
        }
    }
}
