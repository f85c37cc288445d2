//! The unit of what the Balance contract holds: the name that its token gives itself, so that no source has it as a
//! constant. A network that names units decides how a bridged form of one of them is called.

use super::Network;
use crate::money::Currency;

/// How the unit of the contract's figures is found, once the token has been asked for its symbol.
///
/// The token's symbol goes before the network's `currency`, which is about the account: an account may be kept in USD
/// while the contract holds USDC. But a bridged form ("USDC.e") of a unit that the network names is called by that unit,
/// so that the payments, the events and both balances of an account have one unit and can be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenUnit {
    /// The unit of the account, and those of the network's payment providers.
    named: Vec<Currency>,
    /// Where the symbol is missing or unreadable.
    otherwise: Currency,
}

impl TokenUnit {
    /// The unit of the contract's figures, whose token has this symbol.
    #[must_use]
    pub fn of_symbol(&self, symbol: Option<Currency>) -> Currency {
        let Some(symbol) = symbol else {
            return self.otherwise.clone();
        };
        let bridged = symbol.as_str().split_once('.').map(|(base, _)| base);
        let named = |code: &str| self.named.iter().find(|unit| unit.as_str() == code);
        match bridged.and_then(named) {
            Some(base) if named(symbol.as_str()).is_none() => base.clone(),
            Some(_) | None => symbol,
        }
    }
}

/// A network that names this unit and no other.
impl From<Currency> for TokenUnit {
    fn from(unit: Currency) -> Self {
        Self {
            named: vec![unit.clone()],
            otherwise: unit,
        }
    }
}

impl Network {
    /// How the unit of the contract's figures is found.
    pub fn token_unit(&self) -> TokenUnit {
        let otherwise = self.unit();
        let of_pages = self.payment_pages.iter();
        let named = of_pages.filter_map(|pages| pages.currency.clone());
        TokenUnit {
            named: std::iter::once(otherwise.clone()).chain(named).collect(),
            otherwise,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(code: &str) -> Currency {
        Currency::new(code).unwrap()
    }

    /// The network's `currency` and that of its one payment provider.
    fn network(account: &str, payments: &str) -> TokenUnit {
        let text = format!(
            "name = \"a\"\nprovider = \"p\"\napi = \"https://api.example\"\n{account}\n[[checkout]]\nprovider = \"c\"\n\
             hosts = [\"pay.example\"]\n{payments}\n"
        );
        Network::from_toml(&text, &["p"]).unwrap().token_unit()
    }

    #[test]
    fn symbol_goes_before_the_unit_of_the_account() {
        let of_today = network("currency = \"USD\"", "currency = \"USDC\"");
        for (symbol, expected) in [
            ("USDC", "USDC"),
            ("USDC.e", "USDC"),
            ("usdc", "USDC"),
            ("USDT", "USDT"),
            ("USDT.e", "USDT.E"),
            ("USD", "USD"),
            ("USDCX", "USDCX"),
            (".USDC", ".USDC"),
        ] {
            let seen = of_today.of_symbol(Some(unit(symbol)));
            assert_eq!(seen, unit(expected), "{symbol}");
        }
        assert_eq!(of_today.of_symbol(None), unit("USD"));
    }

    #[test]
    fn form_that_the_network_names_itself_stays() {
        let bridged = network("currency = \"USDC.e\"", "currency = \"USDC\"");
        assert_eq!(bridged.of_symbol(Some(unit("USDC.e"))), unit("USDC.E"));
        assert_eq!(bridged.of_symbol(Some(unit("USDC"))), unit("USDC"));
    }

    #[test]
    fn network_without_a_unit_means_what_it_meant() {
        let earlier = network("", "");
        for symbol in [None, Some("USDC"), Some("USDC.e")] {
            assert_eq!(earlier.of_symbol(symbol.map(unit)), unit("USDC"));
        }
        assert_eq!(earlier.of_symbol(Some(unit("tUSD"))), unit("TUSD"));
    }
}
