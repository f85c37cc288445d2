//! A block explorer with two pages, which read the Fluence chain on request.

use std::sync::Arc;

use alloy_primitives::{Address, B256};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::balance_contract;
use crate::error::Result;
use crate::html::{console_page, escape};
use crate::http::html_page;
use crate::money;
use crate::sandbox::Sandbox;

/// `GET /explorer/tx/{hash}`
pub(super) async fn transaction(
    State(sandbox): State<Arc<Sandbox>>,
    Path(hash): Path<String>,
) -> Response {
    let Ok(hash) = hash.parse::<B256>() else {
        return not_found_page("This is not a transaction hash.");
    };
    match transaction_html(&sandbox, hash).await {
        Ok(Some(body)) => html_page(console_page("Transaction", &body)),
        Ok(None) => not_found_page("The chain does not know this transaction."),
        Err(error) => not_found_page(&error.to_string()),
    }
}

async fn transaction_html(sandbox: &Sandbox, hash: B256) -> Result<Option<String>> {
    let receipt = sandbox
        .fluence
        .rpc
        .call("eth_getTransactionReceipt", json!([hash]))
        .await?;
    if receipt.is_null() {
        return Ok(None);
    }
    let text = |name: &str| {
        receipt
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or("none")
            .to_owned()
    };
    let logs = receipt
        .get("logs")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let events: String = logs
        .iter()
        .map(|log| {
            let address = log
                .get("address")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let topic = log
                .pointer("/topics/0")
                .and_then(Value::as_str)
                .unwrap_or_default();
            format!(
                "<tr><td class=\"mono\">{}</td><td class=\"mono\">{}</td></tr>",
                escape(address),
                escape(topic)
            )
        })
        .collect();
    let succeeded = if text("status") == "0x1" {
        "success"
    } else {
        "reverted"
    };
    Ok(Some(format!(
        "<section class=\"card\"><h1>Transaction</h1><dl><dt>Hash</dt><dd class=\"mono\" id=\"tx-hash\">{hash}</dd>\
         <dt>Status</dt><dd id=\"tx-status\">{succeeded}</dd><dt>Block</dt><dd id=\"tx-block\">{block}</dd>\
         <dt>From</dt><dd class=\"mono\">{from}</dd><dt>To</dt><dd class=\"mono\"><a href=\"/explorer/address/{to}\">{to}</a></dd></dl></section>\
         <section class=\"card\"><h2>Events</h2><table><tbody>{events}</tbody></table></section>",
        block = u64::from_str_radix(text("blockNumber").trim_start_matches("0x"), 16)
            .unwrap_or_default(),
        from = escape(&text("from")),
        to = escape(&text("to")),
    )))
}

/// `GET /explorer/address/{address}`
pub(super) async fn address(
    State(sandbox): State<Arc<Sandbox>>,
    Path(address): Path<String>,
) -> Response {
    let Ok(address) = address.parse::<Address>() else {
        return not_found_page("This is not an address.");
    };
    match address_html(&sandbox, address).await {
        Ok(body) => html_page(console_page("Address", &body)),
        Err(error) => not_found_page(&error.to_string()),
    }
}

async fn address_html(sandbox: &Sandbox, address: Address) -> Result<String> {
    let code = sandbox
        .fluence
        .rpc
        .call("eth_getCode", json!([address, "latest"]))
        .await?;
    let is_contract = code.as_str().is_some_and(|code| code.len() > 2);
    let balance = balance_contract::read_balance(sandbox, address).await?;
    Ok(format!(
        "<section class=\"card\"><h1>{kind}</h1><p class=\"mono\" id=\"address\">{address}</p><dl>\
         <dt>Free in the Balance contract</dt><dd>{free} USDC</dd><dt>Full</dt><dd>{full} USDC</dd>\
         <dt>In limbo</dt><dd>{limbo} USDC</dd><dt>At block</dt><dd>{block}</dd></dl></section>",
        kind = if is_contract { "Contract" } else { "Address" },
        free = money::format_micros(balance.free),
        full = money::format_micros(balance.full),
        limbo = money::format_micros(balance.limbo),
        block = balance.block,
    ))
}

fn not_found_page(text: &str) -> Response {
    let body = format!(
        "<section class=\"card\"><h1>Not found</h1><p>{}</p></section>",
        escape(text)
    );
    (
        StatusCode::NOT_FOUND,
        html_page(console_page("Not found", &body)),
    )
        .into_response()
}
