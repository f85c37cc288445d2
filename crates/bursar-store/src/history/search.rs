//! Interprets a search text, and finds the rows of each interpretation in an index, newest first: source, payer,
//! amount, any part of an id or number (at least three characters), prefix of a transaction hash. There are no
//! wildcards. Texts are compared by their search key (`unicode::search_key`), in every language.

use super::sql_fragment::{SqlFragment, comma_separated, in_accounts};
use crate::error::StoreResult;
use bursar_domain::money::{MAX_SCALE, ungrouped};
use bursar_domain::unicode::search_key;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

/// A shorter text is not searched for in ids: it would be in nearly all of them.
const MIN_PART_CHARS: usize = 3;
/// A shorter number is an amount or the prefix of an id, rather than digits within one.
const MIN_NUMBER_PART_CHARS: usize = 6;
/// From this many hexadecimal digits on, a text without `0x` may be a transaction.
const MIN_BARE_HASH_DIGITS: usize = 6;
const MIN_HASH_DIGITS: usize = 2;
const HASH_DIGITS: usize = 64;
/// How many trigrams are looked up; the rest of the text is compared with the rows that they find. Among a million
/// random hexadecimal ids, four trigrams practically never coincide.
const TRIGRAMS_LOOKED_UP: usize = 4;
/// Up to this many rows with all trigrams are looked up once, and then read by their keys.
const MAX_LISTED_ROWS: u32 = 1_000;
/// If more rows have all trigrams, they are counted by scanning the ids instead.
pub(super) const MAX_COMPARED_ROWS: u32 = 20_000;

/// One meaning of the search text. A line is found when any meaning fits it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Interpretation {
    Source(Vec<i64>),
    Payer(Vec<i64>),
    /// The absolute amount: 25.5 finds 25.50 and 25.57.
    Amount {
        range: AmountRange,
        /// Whether at most [`MAX_LISTED_ROWS`] rows have it. Then an exact index is faster than that of whole parts.
        rare: bool,
    },
    /// A part of an id or a number.
    IdPart {
        text: String,
        /// The keys of the rows whose ids have all trigrams of the text, as a JSON array, if they are few.
        found: Option<String>,
    },
    /// Digits, perhaps with a point, with which an id or a number begins.
    IdPrefix(String),
    /// All hashes between these, both included.
    Transaction {
        from: Vec<u8>,
        to: Vec<u8>,
    },
}

/// The amounts that begin with the searched digits: a whole part, and fractions in 10^-18, both ends included.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct AmountRange {
    whole: i64,
    from: i64,
    to: i64,
}

/// All interpretations of the text; empty if no row can contain it.
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
    /// The SQL queries that together find the rows, each of them in order. `p` is the payment.
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

    /// The condition that a row `p` fits this interpretation.
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

    /// The query of the index of ids, if the index alone decides which rows contain the text: the text is a single
    /// trigram without a space. A space separates an id from its number, so the trigram is within one of them.
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

    /// Whether too many rows have the text's trigrams to compare each of them.
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

/// Whether at most [`MAX_LISTED_ROWS`] rows have such an amount.
fn is_rare(connection: &Connection, accounts: &[i64], range: &AmountRange) -> StoreResult<bool> {
    let condition = in_accounts(accounts).and(range.predicate());
    // Each tally counts at least one row, so this many tallies are enough to know.
    let lines: i64 = connection
        .prepare_cached(&format!(
            "SELECT coalesce(sum(lines), 0) FROM (SELECT lines FROM amount_tally p WHERE {} AND lines > 0 LIMIT {})",
            condition.text,
            MAX_LISTED_ROWS.saturating_add(1)
        ))?
        .query_row(params_from_iter(condition.values), |row| row.get(0))?;
    Ok(lines <= i64::from(MAX_LISTED_ROWS))
}

/// The keys of the rows whose ids have all trigrams, if there are at most [`MAX_LISTED_ROWS`].
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

/// The condition that a column begins with a text without letters, as a range that an index has in order.
fn begins_with(column: &str, text: &str) -> SqlFragment {
    // Every character sorts before this one.
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

/// Reads an amount typed so far: digits, optionally in groups of three, with an optional point or comma before the decimals.
fn amount(text: &str) -> Option<AmountRange> {
    let (whole, decimals) = text.split_once(['.', ',']).unwrap_or((text, ""));
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

/// A full-text query for some of the text's trigrams, spread over its length.
fn trigram_query(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let all: Vec<&[char]> = characters.windows(MIN_PART_CHARS).collect();
    let last = all.len().saturating_sub(1);
    let wanted = TRIGRAMS_LOOKED_UP.min(all.len());
    let mut starts: Vec<usize> = (0..wanted)
        .filter_map(|n| {
            n.checked_mul(last)?
                .checked_div(wanted.saturating_sub(1).max(1))
        })
        .collect();
    starts.dedup();
    starts
        .into_iter()
        .filter_map(|start| all.get(start))
        .map(|piece| {
            let piece: String = piece.iter().collect();
            format!("\"{}\"", piece.replace('"', "\"\""))
        })
        .collect::<Vec<_>>()
        .join(" AND ")
}
