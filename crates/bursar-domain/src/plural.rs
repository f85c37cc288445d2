//! Counts with their nouns, as every text for people shows them.

use std::fmt::Display;

/// "0 payments", "1 payment", "12 payments". `many` is the noun for every count except one.
pub fn counted<N: Display + PartialEq + From<u8>>(count: N, one: &str, many: &str) -> String {
    let noun = if count == N::from(1) { one } else { many };
    format!("{count} {noun}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_and_many_take_the_plural() {
        let of = |count: u32| counted(count, "payment", "payments");
        assert_eq!(of(0), "0 payments");
        assert_eq!(of(1), "1 payment");
        assert_eq!(of(2), "2 payments");
        assert_eq!(of(1_000_000), "1000000 payments");
        assert_eq!(counted(1_u64, "day", "days"), "1 day");
    }
}
