//! Parses wallet addresses that people type.

use crate::error::{AccountDetail, Code, Error, Result};
use alloy_primitives::Address;

/// Parses a wallet address: `0x` and 40 hexadecimal digits. A mixed-case address must have a valid checksum.
///
/// # Errors
/// [`Code::AddressMalformed`], with a detail that says what is wrong.
pub fn parse_address(text: &str) -> Result<Address> {
    let malformed = |why: AccountDetail| Err(Error::new(Code::AddressMalformed, why));
    let text = text.trim();
    let digits = text.strip_prefix("0x").unwrap_or_default();
    if digits.len() != 40 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return malformed(AccountDetail::AddressMalformed);
    }
    let mixed = digits.bytes().any(|b| b.is_ascii_lowercase())
        && digits.bytes().any(|b| b.is_ascii_uppercase());
    let address: Result<Address, _> = if mixed {
        Address::parse_checksummed(text, None).map_err(|_| ())
    } else {
        text.parse().map_err(|_| ())
    };
    match address {
        Ok(Address::ZERO) => malformed(AccountDetail::AddressZero),
        Ok(address) => Ok(address),
        Err(()) => malformed(AccountDetail::AddressMistyped),
    }
}
