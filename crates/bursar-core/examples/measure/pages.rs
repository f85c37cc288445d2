//! Measures the least that a first sync can cost: the pages that the app requests, fetched one after the other, parsed,
//! and inserted into a table in one transaction.

use super::{Outcome, report};
use bursar_domain::clock::{Span, Timestamp};
use rusqlite::{Connection, params};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::time::Instant;
use url::Url;

#[derive(Deserialize)]
struct Page<T> {
    items: Vec<T>,
    pagination: Pagination,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pagination {
    total_pages: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TopUp {
    id: String,
    status: String,
    amount_cents: i64,
    provider: Option<String>,
    created_at: String,
    updated_at: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OldTopUp {
    id: String,
    copperx_fee: i64,
    balance_contract_tx_address: Option<String>,
}

struct Api {
    client: reqwest::Client,
    address: Url,
    key: String,
}

pub(crate) fn measure(api: &str, key: &str) -> Outcome<()> {
    // Also sets up the cryptography for TLS, which an HTTP client requires even if it never uses TLS.
    bursar_platform::http::Http::new()?;
    let api = Api {
        client: reqwest::Client::builder().no_proxy().build()?,
        address: Url::parse(api)?,
        key: key.to_owned(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let begun = Instant::now();
    let lines = runtime.block_on(read(&api))?;
    report("download, parse, insert", lines, &[begun.elapsed()])
}

async fn read(api: &Api) -> Outcome<usize> {
    let folder = tempfile::tempdir()?;
    let mut connection = Connection::open(folder.path().join("raw.db"))?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
         CREATE TABLE payment (id TEXT PRIMARY KEY, status TEXT, cents INTEGER, source TEXT, created TEXT, updated TEXT,
                               fee INTEGER, tx TEXT) WITHOUT ROWID",
    )?;
    let transaction = connection.transaction()?;
    let mut lines = 0;
    let mut number = 1;
    loop {
        let page: Page<TopUp> = api
            .get("v2/top-ups", &[("page", number.to_string())])
            .await?;
        let old: Page<OldTopUp> = api
            .get("v2/billing/get_history", &range(&page.items)?)
            .await?;
        {
            let mut insert = transaction
                .prepare_cached("INSERT INTO payment VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?;
            for (item, old) in page.items.iter().zip(&old.items) {
                if item.id != old.id {
                    return Err("the two kinds of pages differ".into());
                }
                insert.execute(params![
                    item.id,
                    item.status,
                    item.amount_cents,
                    item.provider,
                    item.created_at,
                    item.updated_at,
                    old.copperx_fee,
                    old.balance_contract_tx_address,
                ])?;
                lines += 1;
            }
        }
        if number >= page.pagination.total_pages {
            break;
        }
        number += 1;
    }
    transaction.commit()?;
    Ok(lines)
}

/// The range of the legacy call that has the same rows.
fn range(items: &[TopUp]) -> Outcome<[(&'static str, String); 2]> {
    let time = |item: Option<&TopUp>| {
        item.and_then(|item| Timestamp::parse_rfc3339(&item.created_at))
            .ok_or("a page without times")
    };
    let (newest, oldest) = (time(items.first())?, time(items.last())?);
    let margin = Span::seconds(2);
    Ok([
        ("start", oldest.minus(margin).to_string()),
        ("end", newest.plus(margin).to_string()),
    ])
}

impl Api {
    async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, String)],
    ) -> Outcome<Page<T>> {
        let mut address = self.address.join(path)?;
        address
            .query_pairs_mut()
            .extend_pairs([("sort", "createdAt"), ("order", "desc"), ("perPage", "100")])
            .extend_pairs(query);
        let answer = self
            .client
            .get(address)
            .header("x-api-key", &self.key)
            .send()
            .await?
            .error_for_status()?;
        Ok(serde_json::from_slice(&answer.bytes().await?)?)
    }
}
