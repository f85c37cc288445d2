//! The coins and networks of the crypto payment page. Rates are fixed, and the addresses belong to nobody.

use crate::random::random_address;

/// The units of a coin that amounts are counted in: 10^-8.
pub(crate) const UNITS_PER_COIN: u128 = 100_000_000;

/// A coin on a network.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Coin {
    pub(crate) code: &'static str,
    pub(crate) symbol: &'static str,
    pub(crate) name: &'static str,
    pub(crate) network: &'static str,
    pub(crate) network_name: &'static str,
    /// The price of a whole coin, in micros of a USD.
    rate_micros: u128,
    /// The smallest amount that can be sent, in units.
    step: u128,
    format: AddressFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AddressFormat {
    Ethereum,
    Bitcoin,
    Tron,
}

const fn dollar(
    code: &'static str,
    symbol: &'static str,
    name: &'static str,
    network: &'static str,
    network_name: &'static str,
    format: AddressFormat,
) -> Coin {
    Coin {
        code,
        symbol,
        name,
        network,
        network_name,
        rate_micros: 1_000_000,
        step: 100,
        format,
    }
}

pub(crate) static COINS: [Coin; 7] = {
    use AddressFormat::{Bitcoin, Ethereum, Tron};
    [
        dollar("usdc", "USDC", "USD Coin", "polygon", "Polygon", Ethereum),
        dollar("usdc", "USDC", "USD Coin", "ethereum", "Ethereum", Ethereum),
        dollar("usdc", "USDC", "USD Coin", "base", "Base", Ethereum),
        dollar("usdt", "USDT", "Tether", "ethereum", "Ethereum", Ethereum),
        dollar("usdt", "USDT", "Tether", "tron", "Tron", Tron),
        Coin {
            code: "btc",
            symbol: "BTC",
            name: "Bitcoin",
            network: "bitcoin",
            network_name: "Bitcoin",
            rate_micros: 64_000_000_000,
            step: 1,
            format: Bitcoin,
        },
        Coin {
            code: "eth",
            symbol: "ETH",
            name: "Ether",
            network: "ethereum",
            network_name: "Ethereum",
            rate_micros: 2_500_000_000,
            step: 1,
            format: Ethereum,
        },
    ]
};

impl Coin {
    pub(crate) fn find(code: &str, network: &str) -> Option<&'static Self> {
        COINS
            .iter()
            .find(|coin| (coin.code, coin.network) == (code, network))
    }

    /// What an amount in micros of a USD costs in this coin, in units, rounded up to what can be sent.
    pub(crate) fn price(&self, micros: u128) -> u128 {
        let units = micros
            .saturating_mul(UNITS_PER_COIN)
            .div_ceil(self.rate_micros);
        units.div_ceil(self.step).saturating_mul(self.step)
    }

    /// A new receiving address. Those of Bitcoin and Tron have no valid checksum, so that no wallet accepts them.
    pub(crate) fn new_address(&self) -> String {
        match self.format {
            AddressFormat::Ethereum => random_address().to_string(),
            AddressFormat::Bitcoin => format!("bc1qplay{}", random_digits(34)),
            AddressFormat::Tron => format!("TPLAY{}", random_digits(29)),
        }
    }
}

/// Random digits of Bitcoin's base 32.
fn random_digits(count: usize) -> String {
    const DIGITS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    (0..count)
        .filter_map(|_| DIGITS.get(usize::from(rand::random::<u8>() % 32)))
        .map(|digit| char::from(*digit))
        .collect()
}

/// As few decimals as possible, but at least two: `25.25`, `0.00039453`.
pub(crate) fn format_units(units: u128) -> String {
    let fraction = format!("{:08}", units % UNITS_PER_COIN);
    format!(
        "{}.{:0<2}",
        units / UNITS_PER_COIN,
        fraction.trim_end_matches('0')
    )
}

/// Parses a plain decimal with at most eight decimals; returns None for anything else.
pub(crate) fn parse_units(text: &str) -> Option<u128> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || fraction.len() > 8 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let whole: u128 = whole.parse().ok()?;
    let fraction: u128 = format!("{fraction:0<8}").parse().ok()?;
    whole.checked_mul(UNITS_PER_COIN)?.checked_add(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(code: &str, network: &str, micros: u128) -> String {
        format_units(Coin::find(code, network).unwrap().price(micros))
    }

    #[test]
    fn prices_are_exact_and_rounded_up() {
        assert_eq!(price("usdc", "polygon", 25_250_000), "25.25");
        assert_eq!(price("btc", "bitcoin", 25_250_000), "0.00039454");
        assert_eq!(price("eth", "ethereum", 25_250_000), "0.0101");
        assert!(Coin::find("btc", "polygon").is_none());
    }

    #[test]
    fn parses_what_it_formats() {
        for text in ["25.25", "0.00039454", "10.00"] {
            assert_eq!(format_units(parse_units(text).unwrap()), text);
        }
        for wrong in ["", ".5", "1.123456789", "-1", "1e3", "1,5"] {
            assert_eq!(parse_units(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn addresses_are_new_each_time() {
        for coin in &COINS {
            assert_ne!(coin.new_address(), coin.new_address());
        }
    }
}
