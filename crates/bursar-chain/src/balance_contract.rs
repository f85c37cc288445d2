//! The Balance contract's ABI: encodes calls, decodes balances and events. Decoding is exact: length, address, topics
//! and encoding must all be right, and amounts must fit. Pure functions that send no request.

use super::fault::Fault;
use super::rpc_answers::{Block, Log};
use super::rpc_calls::Call;
use alloy::eips::BlockId;
use alloy::primitives::{Address, B256, Bytes, U256, keccak256};
use alloy::rpc::types::Filter;
use alloy::sol_types::{SolCall, SolEvent, SolType, abi::TokenSeq, sol_data};
use bursar_domain::chain_event::{BalanceEvent, EventKind};
use bursar_domain::chain_reading::ChainReading;
use bursar_domain::clock::Timestamp;
use bursar_domain::money::{Amount, Currency, MAX_SCALE};

/// No provider gives a longer id.
const MAX_TOP_UP_ID_BYTES: usize = 200;

#[allow(missing_debug_implementations, unreachable_pub)]
mod abi {
    alloy::sol! {
        interface Balance {
            event UserBalanceIncrease(address indexed token, address indexed user, address indexed initiator, uint256 amount, string topUpId);
            event Refunded(address indexed token, address indexed user, uint256 amount, address initiator);
            event FundedFromLimbo(address indexed token, address indexed user, address initiator, uint256 amount);
            function getFreeBalance(address token, address user) external view returns (uint256);
            function getFullBalance(address token, address user) external view returns (uint256);
            function limbo(address token, address user) external view returns (uint256);
            function frozen(address user) external view returns (bool);
        }

        interface Token {
            function decimals() external view returns (uint8);
            function symbol() external view returns (string);
        }
    }
}
use abi::Balance::{
    FundedFromLimbo, Refunded, UserBalanceIncrease, frozenCall, getFreeBalanceCall,
    getFullBalanceCall, limboCall,
};

/// What turns a number of the contract into an amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TokenFacts {
    pub(super) decimals: u8,
    pub(super) unit: Currency,
}

impl TokenFacts {
    fn amount(&self, units: U256) -> Result<Amount, Fault> {
        const TOO_LARGE: Fault = Fault::Malformed("an amount too large to be one");
        let units = i128::try_from(units).map_err(|_| TOO_LARGE)?;
        Amount::new(units, self.decimals, self.unit.clone()).map_err(|_| TOO_LARGE)
    }
}

/// The contract, with the token and the user whose balance is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BalanceContract {
    pub(super) address: Address,
    pub(super) token: Address,
    pub(super) user: Address,
}

/// The balances of one block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ContractBalances {
    pub(super) free: Amount,
    pub(super) reserved: Amount,
    pub(super) held: Amount,
    pub(super) frozen: bool,
}

impl ContractBalances {
    /// These balances as those of block `head`.
    pub(super) fn at_block(self, head: Block, read_at: Timestamp) -> ChainReading {
        ChainReading {
            block: head.number,
            block_hash: head.hash,
            block_time: head.time,
            read_at,
            free: self.free,
            reserved: self.reserved,
            held: self.held,
            frozen: self.frozen,
        }
    }
}

impl BalanceContract {
    /// The calls whose answers [`decode_balances`] takes, in this order.
    pub(super) fn balance_calls(&self, at: BlockId) -> [Call; 4] {
        let Self { token, user, .. } = *self;
        [
            getFreeBalanceCall { token, user }.abi_encode(),
            getFullBalanceCall { token, user }.abi_encode(),
            limboCall { token, user }.abi_encode(),
            frozenCall { user }.abi_encode(),
        ]
        .map(|data| Call::contract(self.address, data, at))
    }

    /// The events that matter. `FreeBalanceIncrease` accompanies each of them and is left out, so that no money counts
    /// twice.
    pub(super) fn log_filter(&self) -> Filter {
        Filter::new()
            .address(self.address)
            .event_signature(vec![
                UserBalanceIncrease::SIGNATURE_HASH,
                Refunded::SIGNATURE_HASH,
                FundedFromLimbo::SIGNATURE_HASH,
            ])
            .topic1(self.token)
            .topic2(self.user)
    }

    /// What a log means for the user's money. `time` is the time of its block.
    ///
    /// # Errors
    /// [`Fault::Malformed`] if the filter does not ask for this log, or the log is not encoded as the contract encodes
    /// it.
    pub(super) fn decode_event(
        &self,
        log: &Log,
        token_facts: &TokenFacts,
        time: Timestamp,
    ) -> Result<BalanceEvent, Fault> {
        const FOREIGN: Fault = Fault::Malformed("an event that was not asked for");
        let [signature, token, user, rest @ ..] = log.topics.as_slice() else {
            return Err(FOREIGN);
        };
        let ours = log.address == self.address
            && *token == self.token.into_word()
            && *user == self.user.into_word();
        if !ours {
            return Err(FOREIGN);
        }
        let (kind, amount) = match (*signature, rest) {
            (UserBalanceIncrease::SIGNATURE_HASH, [initiator]) if is_address(*initiator) => {
                decode_credit(&log.data)?
            }
            (Refunded::SIGNATURE_HASH, []) => {
                type Data = (sol_data::Uint<256>, sol_data::Address);
                let (amount, _) = decode_exact::<Data>(&log.data)?;
                (EventKind::Refund, amount)
            }
            (FundedFromLimbo::SIGNATURE_HASH, []) => {
                type Data = (sol_data::Address, sol_data::Uint<256>);
                let (_, amount) = decode_exact::<Data>(&log.data)?;
                (EventKind::Released, amount)
            }
            _ => return Err(FOREIGN),
        };
        Ok(BalanceEvent {
            kind,
            amount: token_facts.amount(amount)?,
            transaction: log.transaction_hash,
            log_index: log.log_index,
            block: log.block_number,
            block_hash: log.block_hash,
            block_time: time,
        })
    }
}

/// `decimals()` of the token.
pub(super) fn decimals_call() -> Vec<u8> {
    abi::Token::decimalsCall {}.abi_encode()
}

/// # Errors
/// [`Fault::Malformed`] if the answer is not one word, or more than [`MAX_SCALE`].
pub(super) fn decode_decimals(answer: &[u8]) -> Result<u8, Fault> {
    u8::try_from(decode_word(answer)?)
        .ok()
        .filter(|decimals| *decimals <= MAX_SCALE)
        .ok_or(Fault::Malformed("decimals"))
}

/// `symbol()` of the token.
pub(super) fn symbol_call() -> Vec<u8> {
    abi::Token::symbolCall {}.abi_encode()
}

/// The token's symbol as a currency. `None` if the answer is not exactly one string, as with old tokens that answer a
/// word, or if the string cannot be a currency's code.
pub(super) fn decode_symbol(answer: &[u8]) -> Option<Currency> {
    // Decoded as bytes, because a string decoder silently repairs bad UTF-8.
    let (symbol,) = decode_exact::<(sol_data::Bytes,)>(answer).ok()?;
    Currency::new(std::str::from_utf8(&symbol).ok()?).ok()
}

/// The answers to [`BalanceContract::balance_calls`] as money.
///
/// # Errors
/// [`Fault::Malformed`] if an answer is not exactly one word, an amount does not fit, or the full balance is less than
/// the free one.
pub(super) fn decode_balances(
    answers: &[impl AsRef<[u8]>; 4],
    token_facts: &TokenFacts,
) -> Result<ContractBalances, Fault> {
    let [free, full, held, frozen] = answers;
    let free = token_facts.amount(decode_word(free)?)?;
    let full = token_facts.amount(decode_word(full)?)?;
    let reserved = full
        .checked_sub(&free)
        .filter(|reserved| !reserved.is_negative())
        .ok_or(Fault::Malformed("less in all than can be spent"))?;
    let frozen = match decode_word(frozen)? {
        U256::ZERO => false,
        U256::ONE => true,
        _ => return Err(Fault::Malformed("neither frozen nor not")),
    };
    Ok(ContractBalances {
        free,
        reserved,
        held: token_facts.amount(decode_word(held)?)?,
        frozen,
    })
}

fn decode_word(answer: impl AsRef<[u8]>) -> Result<U256, Fault> {
    let bytes: [u8; 32] = answer
        .as_ref()
        .try_into()
        .map_err(|_| Fault::Malformed("a figure of the wrong length"))?;
    Ok(U256::from_be_bytes(bytes))
}

/// `(uint256 amount, string topUpId)`. The id is decoded as bytes, because a string decoder silently repairs bad UTF-8.
fn decode_credit(data: &[u8]) -> Result<(EventKind, U256), Fault> {
    type Data = (sol_data::Uint<256>, sol_data::Bytes);
    let (amount, id) = decode_exact::<Data>(data)?;
    Ok((
        EventKind::Credit {
            top_up_id: readable_id(&id),
        },
        amount,
    ))
}

/// An unreadable id must not hide money: the credit counts, and a digest of the id takes its place.
fn readable_id(id: &Bytes) -> String {
    match std::str::from_utf8(id) {
        Ok(text) if text.len() <= MAX_TOP_UP_ID_BYTES => text.to_owned(),
        _ => format!("unreadable:{}", keccak256(id)),
    }
}

/// Decodes event data that must have the one canonical encoding, without a byte more.
fn decode_exact<T>(data: &[u8]) -> Result<T::RustType, Fault>
where
    T: SolType,
    for<'a> T::Token<'a>: TokenSeq<'a>,
{
    const WRONG: Fault = Fault::Malformed("an event's data");
    let decoded = T::abi_decode_params_validate(data).map_err(|_| WRONG)?;
    if T::abi_encode_params(&decoded) == data {
        Ok(decoded)
    } else {
        Err(WRONG)
    }
}

fn is_address(topic: B256) -> bool {
    topic.iter().take(12).all(|byte| *byte == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::primitives::{b256, hex};

    const CONTRACT: BalanceContract = BalanceContract {
        address: Address::repeat_byte(0xba),
        token: Address::repeat_byte(0x70),
        user: Address::repeat_byte(0x05),
    };

    fn usdc() -> TokenFacts {
        TokenFacts {
            decimals: 6,
            unit: Currency::usdc(),
        }
    }

    fn log(signature: B256, extra: &[B256], data: Vec<u8>) -> Log {
        let mut topics = vec![
            signature,
            CONTRACT.token.into_word(),
            CONTRACT.user.into_word(),
        ];
        topics.extend_from_slice(extra);
        Log {
            address: CONTRACT.address,
            topics,
            data: data.into(),
            block_number: 9,
            block_hash: B256::repeat_byte(9),
            transaction_hash: B256::repeat_byte(8),
            log_index: 3,
            block_time: None,
            removed: false,
        }
    }

    fn credit_log(amount: U256, id: &[u8]) -> Log {
        type Data = (sol_data::Uint<256>, sol_data::Bytes);
        let data = Data::abi_encode_params(&(amount, Bytes::copy_from_slice(id)));
        log(
            UserBalanceIncrease::SIGNATURE_HASH,
            &[Address::repeat_byte(1).into_word()],
            data,
        )
    }

    fn units(n: u64) -> Vec<u8> {
        U256::from(n).to_be_bytes_vec()
    }

    #[test]
    fn selectors_match_the_contract() {
        let calls = CONTRACT.balance_calls(BlockId::latest());
        let data = calls.map(|call| hex::decode(call.params[0]["data"].as_str().unwrap()).unwrap());
        let [free, full, limbo, frozen] = data;
        assert_eq!(free.len(), 68);
        assert_eq!(frozen.len(), 36);
        assert_eq!(decimals_call(), hex!("313ce567"));
        assert_eq!(symbol_call(), hex!("95d89b41"));
        assert_eq!(free[..4], keccak256("getFreeBalance(address,address)")[..4]);
        assert_eq!(full[..4], keccak256("getFullBalance(address,address)")[..4]);
        assert_eq!(limbo[..4], keccak256("limbo(address,address)")[..4]);
        assert_eq!(frozen[..4], keccak256("frozen(address)")[..4]);
        assert_eq!(
            CONTRACT.log_filter().topics[0],
            vec![
                keccak256("UserBalanceIncrease(address,address,address,uint256,string)"),
                keccak256("Refunded(address,address,uint256,address)"),
                keccak256("FundedFromLimbo(address,address,address,uint256)"),
            ]
            .into()
        );
    }

    #[test]
    fn decodes_exact_balances() {
        let read = decode_balances(
            &[units(180_000_000), units(200_500_000), units(7), units(1)],
            &usdc(),
        )
        .unwrap();
        assert_eq!(read.free.to_string(), "180.000000 USDC");
        assert_eq!(read.reserved.to_string(), "20.500000 USDC");
        assert_eq!(read.held.to_string(), "0.000007 USDC");
        assert!(read.frozen);
    }

    #[test]
    fn rejects_impossible_balances() {
        let good = || [units(1), units(2), units(0), units(0)];
        assert!(decode_balances(&good(), &usdc()).is_ok());
        for (index, wrong) in [
            (0, units(3)),   // free balance above the full one
            (0, Vec::new()), // the answer of an address without code
            (0, vec![0; 31]),
            (0, vec![0; 33]),
            (0, vec![0xff; 32]),                              // does not fit
            (2, U256::from(1_u128 << 127).to_be_bytes_vec()), // just does not fit
            (3, units(2)),
        ] {
            let mut answers = good();
            answers[index] = wrong;
            assert!(
                matches!(decode_balances(&answers, &usdc()), Err(Fault::Malformed(_))),
                "{index}"
            );
        }
        assert_eq!(decode_decimals(&units(6)), Ok(6));
        assert!(decode_decimals(&units(19)).is_err());
        assert!(decode_decimals(&units(256)).is_err());
        assert!(decode_decimals(&[6]).is_err());
    }

    #[test]
    fn symbol_is_a_currency_or_unknown() {
        let answer = |symbol: &[u8]| {
            <(sol_data::Bytes,)>::abi_encode_params(&(Bytes::copy_from_slice(symbol),))
        };
        for (symbol, expected) in [
            (b"USDC".as_slice(), Some("USDC")),
            (b"USDC.e", Some("USDC.E")),
            (b"twelve.chars", Some("TWELVE.CHARS")),
            (b"thirteen.char", None),
            (b"", None),
            (b"U", None),
            (b"USD C", None),
            (b"USD\n", None),
            (b"<b>", None),
            ("USD₮0".as_bytes(), None),
            ("\u{202e}CDSU".as_bytes(), None),
            (&[0xff, 0xfe], None),
            (&[b'A'; 10_000], None),
        ] {
            let seen = decode_symbol(&answer(symbol));
            assert_eq!(seen.as_ref().map(Currency::as_str), expected, "{symbol:?}");
        }
        // What an address without code answers, a word as old tokens answer, and answers that are cut or too long.
        let mut word = b"USDC".to_vec();
        word.resize(32, 0);
        let whole = answer(b"USDC");
        for wrong in [
            Vec::new(),
            word,
            whole[..95].to_vec(),
            [whole.clone(), vec![0]].concat(),
            [vec![0xff; 32], whole].concat(),
        ] {
            assert_eq!(decode_symbol(&wrong), None);
        }
    }

    #[test]
    fn decodes_credit() {
        let event = CONTRACT
            .decode_event(
                &credit_log(U256::from(25_000_000), b"abc-1"),
                &usdc(),
                Timestamp(5),
            )
            .unwrap();
        assert_eq!(
            event.kind,
            EventKind::Credit {
                top_up_id: "abc-1".to_owned()
            }
        );
        assert_eq!(event.amount.to_string(), "25.000000 USDC");
        assert_eq!(
            (event.block, event.log_index, event.block_time),
            (9, 3, Timestamp(5))
        );
    }

    #[test]
    fn decodes_refund_and_release() {
        let refund = (
            sol_data::Uint::<256>::abi_encode(&U256::from(5)),
            Address::ZERO.into_word(),
        );
        let data = [refund.0.clone(), refund.1.to_vec()].concat();
        let event = CONTRACT
            .decode_event(
                &log(Refunded::SIGNATURE_HASH, &[], data.clone()),
                &usdc(),
                Timestamp(0),
            )
            .unwrap();
        assert_eq!((event.kind, event.amount.units()), (EventKind::Refund, 5));
        let data = [refund.1.to_vec(), refund.0].concat();
        let event = CONTRACT
            .decode_event(
                &log(FundedFromLimbo::SIGNATURE_HASH, &[], data),
                &usdc(),
                Timestamp(0),
            )
            .unwrap();
        assert_eq!((event.kind, event.amount.units()), (EventKind::Released, 5));
    }

    fn edit(log: &mut Log, alter: impl Fn(&mut Vec<u8>)) {
        let mut data = log.data.to_vec();
        alter(&mut data);
        log.data = data.into();
    }

    #[test]
    fn rejects_foreign_and_altered_logs() {
        let good = credit_log(U256::from(1), b"x");
        let refused = |alter: &dyn Fn(&mut Log)| {
            let mut log = good.clone();
            alter(&mut log);
            assert!(
                matches!(
                    CONTRACT.decode_event(&log, &usdc(), Timestamp(0)),
                    Err(Fault::Malformed(_))
                ),
                "{log:?}"
            );
        };
        refused(&|log| log.address = Address::ZERO);
        refused(&|log| {
            log.topics[0] =
                b256!("11111111111111111111111111111111111111111111111111111111111111aa")
        });
        refused(&|log| log.topics[0] = Refunded::SIGNATURE_HASH);
        refused(&|log| log.topics[1] = B256::ZERO);
        refused(&|log| log.topics[2] = Address::repeat_byte(6).into_word());
        refused(&|log| log.topics[2][0] = 1);
        refused(&|log| log.topics[3][0] = 1);
        refused(&|log| log.topics.truncate(3));
        refused(&|log| log.topics.push(B256::ZERO));
        refused(&|log| log.topics.clear());
        refused(&|log| edit(log, |data| data.push(0)));
        refused(&|log| edit(log, Vec::clear));
        refused(&|log| edit(log, |data| data.truncate(96)));
        refused(&|log| edit(log, |data| data[0] = 0x80)); // more than fits
        refused(&|log| edit(log, |data| data[63] = 0x41)); // the id's offset
        refused(&|log| edit(log, |data| data[95] = 0xff)); // the id's length
        refused(&|log| edit(log, |data| *data.last_mut().unwrap() = 1)); // padding
    }

    #[test]
    fn keeps_credit_with_unreadable_id() {
        let id = |bytes: &[u8]| match CONTRACT
            .decode_event(&credit_log(U256::from(1), bytes), &usdc(), Timestamp(0))
            .unwrap()
            .kind
        {
            EventKind::Credit { top_up_id } => top_up_id,
            other @ (EventKind::Refund | EventKind::Released) => panic!("{other:?}"),
        };
        assert_eq!(id(&[b'a'; 200]), "a".repeat(200));
        assert_eq!(id("ü\u{202e}\n".as_bytes()), "ü\u{202e}\n");
        assert_eq!(id(b""), "");
        assert!(id(&[b'a'; 201]).starts_with("unreadable:0x"));
        assert!(id(&[0xff]).starts_with("unreadable:0x"));
        assert_ne!(id(&[0xff]), id(&[0xfe]));
    }
}
