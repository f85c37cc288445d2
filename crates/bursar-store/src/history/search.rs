//! What a search text can mean, and the index that answers each meaning newest first: the source, the payer, the amount,
//! any part of an id or number (from three characters on), the beginning of a transaction hash. Nothing a person types
//! is a wildcard. Texts are compared by their key (`text::search_key`), in every language alike.

use super::sql_fragment::{SqlFragment, comma_separated, in_accounts};
use crate::error::StoreResult;
use bursar_domain::money::{MAX_SCALE, ungrouped};
use bursar_domain::text::search_key;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

/// Shorter texts are not looked for in ids: they would be in nearly all.
const MIN_PART_CHARS: usize = 3;
/// A shorter number is an amount, or the beginning of an id, rather than some digits within one.
const MIN_NUMBER_PART_CHARS: usize = 6;
/// Hexadecimal digits without `0x` from which on a text may be a transaction.
const MIN_BARE_HASH_DIGITS: usize = 6;
const MIN_HASH_DIGITS: usize = 2;
const HASH_DIGITS: usize = 64;
/// Three-character pieces that are looked up; the rest of the text is compared in the rows they find. Among a million
/// ids of random hexadecimal digits four of them are together by chance in none.
const TRIGRAMS_LOOKED_UP: usize = 4;
/// No more rows with all the pieces than this are looked up once, and gone through by their places from then on.
const MAX_LISTED_ROWS: u32 = 1_000;
/// More rows with all the pieces than this are counted by reading through the ids instead.
pub(super) const MAX_COMPARED_ROWS: u32 = 20_000;

/// One meaning of the search text. A line is found when any meaning fits it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Interpretation {
    Source(Vec<i64>),
    Payer(Vec<i64>),
    /// The amount without its sign: 25.5 finds 25.50 and 25.57.
    Amount {
        range: AmountRange,
        /// Whether no more than [`MAX_LISTED_ROWS`] lines have it, which would be looked for among all with that whole part.
        rare: bool,
    },
    /// A part of an id or a number.
    IdPart {
        text: String,
        /// The places of the lines whose ids have all the pieces of the text, as a JSON array, where they are few.
        found: Option<String>,
    },
    /// Digits, and a point perhaps, that an id or a number begins with.
    IdPrefix(String),
    /// All hashes between these, both included.
    Transaction {
        from: Vec<u8>,
        to: Vec<u8>,
    },
}

/// The amounts that begin with the digits of a search: a whole part, and fractions in 10^-18, both ends included.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct AmountRange {
    whole: i64,
    from: i64,
    to: i64,
}

/// All that the text can mean; none for a text that can be in no line.
pub(super) fn interpretations(
    connection: &Connection,
    accounts: &[i64],
    text: &str,
) -> StoreResult<Vec<Interpretation>> {
    let text = search_key(text).trim().to_owned();
    let mut interpretations = Vec::new();
    if text.is_empty() || text.contains('\0') {
        return Ok(interpretations);
    }
    let sources = sources(connection, &text)?;
    if !sources.is_empty() {
        interpretations.push(Interpretation::Source(sources));
    }
    let payers = payers(connection, &text)?;
    if !payers.is_empty() {
        interpretations.push(Interpretation::Payer(payers));
    }
    let amount = amount(&text);
    let is_number = amount.is_some();
    if let Some(range) = amount {
        let rare = is_rare(connection, accounts, &range)?;
        interpretations.push(Interpretation::Amount { range, rare });
    }
    let length = text.chars().count();
    if length >= MIN_PART_CHARS {
        interpretations.push(if is_number && length < MIN_NUMBER_PART_CHARS {
            Interpretation::IdPrefix(text.clone())
        } else {
            Interpretation::IdPart {
                found: few_rows_with_trigrams(connection, &text)?,
                text: text.clone(),
            }
        });
    }
    interpretations.extend(transaction(&text));
    Ok(interpretations)
}

impl Interpretation {
    /// The rows to look through, one SQL query each; every one gives its lines in order. `p` is the payment.
    pub(super) fn streams(&self, accounts: &[i64]) -> Vec<SqlFragment> {
        let each_account = |index: &str, condition: &str, values: Vec<Value>| {
            accounts
                .iter()
                .map(|account| {
                    let mut all = vec![Value::Integer(*account)];
                    all.extend(values.clone());
                    SqlFragment::new(
                        format!("payment p INDEXED BY {index} WHERE p.account = ? AND {condition}"),
                        all,
                    )
                })
                .collect::<Vec<_>>()
        };
        match self {
            Self::Source(sources) => sources
                .iter()
                .flat_map(|source| {
                    each_account(
                        "payment_source",
                        "p.source = ?",
                        vec![Value::Integer(*source)],
                    )
                })
                .collect(),
            Self::Payer(payers) => payers
                .iter()
                .flat_map(|payer| {
                    each_account("payment_payer", "p.payer = ?", vec![Value::Integer(*payer)])
                })
                .collect(),
            Self::Amount { rare, .. } => {
                let condition = self.predicate();
                let index = if *rare {
                    "payment_exact"
                } else {
                    "payment_amount"
                };
                each_account(index, &condition.text, condition.values)
            }
            Self::IdPrefix(text) => {
                let ids = begins_with("p.id", text);
                let others = SqlFragment::new(format!("NOT ({})", ids.text), ids.values.clone());
                let numbers = begins_with("p.number", text).and(others);
                [("payment_id", ids), ("payment_number", numbers)]
                    .into_iter()
                    .flat_map(|(index, condition)| {
                        each_account(index, &condition.text, condition.values)
                    })
                    .collect()
            }
            Self::IdPart { text, found } => {
                let from = match found {
                    Some(lines) => SqlFragment::new(
                        "json_each(?) f CROSS JOIN payment p ON p.line = f.value WHERE TRUE",
                        vec![Value::Text(lines.clone())],
                    ),
                    None => SqlFragment::new(
                        "id_part f CROSS JOIN payment p ON p.line = f.rowid WHERE f.id_part MATCH ?",
                        vec![Value::Text(trigram_query(text))],
                    ),
                };
                let waiting = SqlFragment::new(
                    "id_waiting f CROSS JOIN payment p ON p.line = f.rowid WHERE TRUE",
                    Vec::new(),
                );
                [from, waiting]
                    .into_iter()
                    .map(|stream| stream.and(self.predicate()).and(in_accounts(accounts)))
                    .collect()
            }
            Self::Transaction { .. } => {
                let condition = self.predicate();
                let from = SqlFragment::new(
                    format!("payment p INDEXED BY payment_tx WHERE {}", condition.text),
                    condition.values,
                );
                vec![from.and(in_accounts(accounts))]
            }
        }
    }

    /// Whether a row `p` has this meaning.
    pub(super) fn predicate(&self) -> SqlFragment {
        match self {
            Self::Source(sources) => SqlFragment::new(
                format!("p.source IN ({})", comma_separated(sources)),
                Vec::new(),
            ),
            Self::Payer(payers) => SqlFragment::new(
                format!("p.payer IN ({})", comma_separated(payers)),
                Vec::new(),
            ),
            Self::Amount { range, .. } => range.predicate(),
            Self::IdPart { text, .. } => SqlFragment::new(
                "(has_key(p.id, ?) OR has_key(p.number, ?))",
                vec![Value::Text(text.clone()), Value::Text(text.clone())],
            ),
            Self::IdPrefix(text) => {
                let (id, number) = (begins_with("p.id", text), begins_with("p.number", text));
                SqlFragment::new(
                    format!("({} OR {})", id.text, number.text),
                    [id.values, number.values].concat(),
                )
            }
            Self::Transaction { from, to } => SqlFragment::new(
                "p.tx BETWEEN ? AND ?",
                vec![Value::Blob(from.clone()), Value::Blob(to.clone())],
            ),
        }
    }

    /// Where the index of ids alone tells which of its lines have the text, its part of that: the text is one piece.
    /// An id and the number after it are a space apart, so a piece without one is in one of the two.
    pub(super) fn id_index_query(&self) -> Option<SqlFragment> {
        let Self::IdPart { text, found: None } = self else {
            return None;
        };
        let is_one_trigram = text.len() == MIN_PART_CHARS && text.is_ascii() && !text.contains(' ');
        is_one_trigram.then(|| {
            SqlFragment::new(
                "id_part f WHERE f.id_part MATCH ?",
                vec![Value::Text(trigram_query(text))],
            )
        })
    }

    /// Whether more lines have the text's pieces in their ids than should be compared one by one.
    pub(super) fn is_in_many_ids(&self, connection: &Connection) -> StoreResult<bool> {
        let Self::IdPart { text, found: None } = self else {
            return Ok(false);
        };
        let found: u32 = connection
            .prepare_cached(
                "SELECT count(*) FROM (SELECT 1 FROM id_part WHERE id_part MATCH ?1 LIMIT ?2)",
            )?
            .query_row(
                (trigram_query(text), MAX_COMPARED_ROWS.saturating_add(1)),
                |row| row.get(0),
            )?;
        Ok(found > MAX_COMPARED_ROWS)
    }
}

impl AmountRange {
    fn predicate(&self) -> SqlFragment {
        SqlFragment::new(
            "p.whole = ? AND p.fraction BETWEEN ? AND ?",
            [self.whole, self.from, self.to].map(Value::Integer).into(),
        )
    }
}

/// Whether no more than [`MAX_LISTED_ROWS`] lines have such an amount.
fn is_rare(connection: &Connection, accounts: &[i64], range: &AmountRange) -> StoreResult<bool> {
    let condition = in_accounts(accounts).and(range.predicate());
    // As many amounts as that have as many lines at least.
    let lines: i64 = connection
        .prepare_cached(&format!(
            "SELECT coalesce(sum(lines), 0) FROM (SELECT lines FROM amount_tally p WHERE {} AND lines > 0 LIMIT {})",
            condition.text,
            MAX_LISTED_ROWS.saturating_add(1)
        ))?
        .query_row(params_from_iter(condition.values), |row| row.get(0))?;
    Ok(lines <= i64::from(MAX_LISTED_ROWS))
}

/// The lines whose ids have all the pieces, if there are no more than [`MAX_LISTED_ROWS`].
fn few_rows_with_trigrams(connection: &Connection, text: &str) -> StoreResult<Option<String>> {
    let (lines, found): (String, u32) = connection
        .prepare_cached(
            "SELECT json_group_array(rowid), count(*) FROM (SELECT rowid FROM id_part WHERE id_part MATCH ?1 LIMIT ?2)",
        )?
        .query_row((trigram_query(text), MAX_LISTED_ROWS.saturating_add(1)), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    Ok((found <= MAX_LISTED_ROWS).then_some(lines))
}

/// A column that begins with a text without letters, as a range of what an index has in order.
fn begins_with(column: &str, text: &str) -> SqlFragment {
    // The bytes of UTF-8 are below this one.
    let end = format!("{text}\u{10ffff}");
    SqlFragment::new(
        format!("{column} >= ? AND {column} < ?"),
        vec![Value::Text(text.to_owned()), Value::Text(end)],
    )
}

fn sources(connection: &Connection, text: &str) -> StoreResult<Vec<i64>> {
    connection
        .prepare_cached(
            "SELECT number FROM source WHERE has_key(name, ?1) ORDER BY number LIMIT 100",
        )?
        .query_and_then([text], |row| Ok(row.get(0)?))?
        .collect()
}

fn payers(connection: &Connection, text: &str) -> StoreResult<Vec<i64>> {
    connection
        .prepare_cached(
            "SELECT number FROM payer WHERE has_key(name, ?1) ORDER BY number LIMIT 100",
        )?
        .query_and_then([text], |row| Ok(row.get(0)?))?
        .collect()
}

/// Digits with an optional point, as far as they have been typed; the whole part in groups of three or not.
fn amount(text: &str) -> Option<AmountRange> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let whole = ungrouped(whole)?;
    if !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let given = u32::try_from(decimals.len()).ok()?;
    let open = u32::from(MAX_SCALE).checked_sub(given)?;
    let step = 10_i64.checked_pow(open)?;
    let from = match decimals {
        "" => 0,
        decimals => decimals.parse::<i64>().ok()?.checked_mul(step)?,
    };
    Some(AmountRange {
        whole: whole.parse().ok()?,
        from,
        to: from.checked_add(step)?.checked_sub(1)?,
    })
}

fn transaction(text: &str) -> Option<Interpretation> {
    let (digits, shortest) = match text.strip_prefix("0x") {
        Some(digits) => (digits, MIN_HASH_DIGITS),
        None => (text, MIN_BARE_HASH_DIGITS),
    };
    let fits = (shortest..=HASH_DIGITS).contains(&digits.len());
    if !fits || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let filled = |with: char| {
        let full: String = digits
            .chars()
            .chain(std::iter::repeat(with))
            .take(HASH_DIGITS)
            .collect();
        alloy_primitives::hex::decode(full).ok()
    };
    Some(Interpretation::Transaction {
        from: filled('0')?,
        to: filled('f')?,
    })
}

/// The text's three-character pieces as the index takes them, spread over its length.
fn trigram_query(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let all: Vec<&[char]> = characters.windows(MIN_PART_CHARS).collect();
    let last = all.len().saturating_sub(1);
    let wanted = TRIGRAMS_LOOKED_UP.min(all.len());
    let mut places: Vec<usize> = (0..wanted)
        .filter_map(|n| {
            n.checked_mul(last)?
                .checked_div(wanted.saturating_sub(1).max(1))
        })
        .collect();
    places.dedup();
    places
        .into_iter()
        .filter_map(|place| all.get(place))
        .map(|piece| {
            let piece: String = piece.iter().collect();
            format!("\"{}\"", piece.replace('"', "\"\""))
        })
        .collect::<Vec<_>>()
        .join(" AND ")
}
