//! Checks answers of the console's API, field by field, against what is publicly known of it. With
//! `BURSAR_FLUENCE_OPENAPI=FILE` they are checked against that OpenAPI description too.

use std::sync::OnceLock;

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The shapes of answers. A field is `name: kind`, `name?: kind` if it may be missing, and ends in `|null` if it may be
/// null. A kind is one of those in [`check_kind`], a list of words in parentheses, a shape, or a list of a shape.
const SHAPES: &[(&str, &str)] = &[
    (
        "Error",
        "code: (bad_request unauthorized forbidden not_found conflict unprocessable_entity not_acceptable \
        insufficient_balance service_unavailable internal_server_error); error: text",
    ),
    ("Me", "id: uuid; email: text; permissions: [scope]"),
    (
        "Method",
        "provider: text; methodCode: text; kind: (crypto fiat); enabled: bool; displayName: text; \
        minAmountCents: int; maxAmountCents?: int|null; feePaidByUser: bool; estFeeBps: int; estFeeFixedCents: int; \
        sortOrder: int",
    ),
    (
        "TopUp",
        "id: uuid; userId: uuid; amountCents: int; status: (open needs_review resolved canceled expired failed); \
        createdAt: time; updatedAt: time; expiresAt?: time|null; provider?: text|null; redirectUrl?: text|null",
    ),
    (
        "LegacyTopUp",
        "id: uuid; userId: uuid; currency: (usdc usdt usd); amount: count; copperxFee: count; \
        copperxGasFee: count; status: (created failed canceled expired pending completed aml_failed); createdAt: time; \
        updatedAt: time; expiresAt?: time|null; provider?: text|null; balanceContractTxAddress?: text|null; \
        copperxSessionId?: text|null; copperxSessionUrl?: text|null",
    ),
    (
        "Pagination",
        "totalRecords: count; filteredRecords: count; totalPages: count; currentPage: count; perPage: count",
    ),
    ("TopUps", "items: [TopUp]; pagination: Pagination"),
    (
        "LegacyTopUps",
        "items: [LegacyTopUp]; pagination: Pagination",
    ),
    ("Pending", "pendingTopUp?: TopUp|null"),
    ("LegacyPending", "pendingTopUp?: LegacyTopUp|null"),
    ("Redirect", "type: (redirect); redirectUrl: text"),
    (
        "Created",
        "intentId: uuid; sessionId: uuid; provider: text; providerPaymentId: text; presentation: Redirect",
    ),
    (
        "Entitlement",
        "balance: decimal; usage: decimal; estimatedUsage: decimal; overage: decimal; \
        totalDepositedAmount: decimal; userId: uuid; featureKey: text; usageDaysLeft?: count|null",
    ),
    (
        "Charge",
        "userId: uuid; totalUsageHours: decimal; totalCost: decimal; clusterId?: uuid|null; \
        ipAddressType?: (V4 V6)|null; periodStart?: time|null; quantity?: decimal|null; replicatedStorage?: bool|null; \
        resourceId?: uuid|null; resourceName?: text|null; storageType?: (HDD SSD NVMe)|null; \
        resourceType?: (VM PUBLIC_IP SECURITY_GROUP STORAGE SUBNET VPC WORKSPACE)|null; vmConfiguration?: text|null",
    ),
    ("Total", "total: decimal"),
    ("Service", "maintenanceMode: bool; version: text"),
    (
        "Vm",
        "id: uuid; userId: uuid; clusterId: uuid; configurationId: uuid; name: text; restartRequired: bool; \
        status: (new launching launched failed updating terminating terminated suspending suspended restarting \
        softRebooting unknown); allowedActions: [text]; dataDisks: [uuid]; subnets: [uuid]; sshKeys: [uuid]; \
        networkInterfaces: [uuid]; createdAt: time; updatedAt: time; bootDisk?: uuid|null; publicIp?: uuid|null; \
        priceHourlyUsd?: decimal|null; priceMonthlyUsd?: decimal|null; readySince?: time|null; terminatedAt?: time|null; \
        lastPaidAt?: time|null; paidUntil?: time|null; vcpu?: count|null; ramGb?: count|null; \
        configurationName?: text|null; configurationSlug?: text|null",
    ),
    ("Vms", "items: [Vm]; pagination: Pagination"),
    (
        "NewKey",
        "id: uuid; name: text; scopes: [scope]; value: text; expiresAt: time|null",
    ),
];

/// What each call answers when it succeeds. A parameter of the path is `{}`.
const ANSWERS: &[(&str, &str, u16, &str)] = &[
    ("GET", "/v1/users/me", 200, "Me"),
    ("GET", "/v2/payment-methods", 200, "[Method]"),
    ("GET", "/v2/top-ups", 200, "TopUps"),
    ("POST", "/v2/top-ups", 201, "Created"),
    ("GET", "/v2/top-ups/pending", 200, "Pending"),
    ("DELETE", "/v2/top-ups/{}", 204, ""),
    ("GET", "/v2/billing/get_history", 200, "LegacyTopUps"),
    ("POST", "/v1/billing/top_up", 200, "LegacyTopUp"),
    ("GET", "/v1/billing/top_up/pending", 200, "LegacyPending"),
    ("GET", "/v2/users/balances", 200, "[Entitlement]"),
    ("POST", "/v1/users/balances/refresh", 200, "Entitlement"),
    ("GET", "/v1/billing/charges/aggregated", 200, "[Charge]"),
    ("GET", "/v1/billing/charges/total", 200, "Total"),
    ("GET", "/v1/service/status", 200, "Service"),
    ("GET", "/v2/vms", 200, "Vms"),
    ("POST", "/v1/api_keys", 201, "NewKey"),
    ("DELETE", "/v1/api_keys/{}", 204, ""),
];

/// Fails unless the answer fits. `path` may have a query.
pub fn assert_conforms(method: &str, path: &str, status: u16, text: &str) {
    if let Err(problem) = check_answer(method, path, status, text) {
        panic!("{method} {path} answered {status} {text}\n{problem}");
    }
}

/// Checks an answer: its status is one that the call has, and its body has the shape of that status.
pub fn check_answer(method: &str, path: &str, status: u16, text: &str) -> Result<(), String> {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    if query.contains("format=csv") && status == 200 {
        return Ok(());
    }
    let answer = ANSWERS
        .iter()
        .find(|(known, template, ..)| *known == method && fits_template(template, path))
        .ok_or("this call is not known")?;
    let shape = match status {
        400..=599 => "Error",
        status if status == answer.2 => answer.3,
        _ => return Err(format!("expected status {}", answer.2)),
    };
    if shape.is_empty() {
        return if text.is_empty() {
            Ok(())
        } else {
            Err("expected no body".to_owned())
        };
    }
    let body: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    check_kind(shape, &body, "answer")?;
    match public_description() {
        Some(description) => super::openapi::check(description, method, path, status, &body),
        None => Ok(()),
    }
}

fn fits_template(template: &str, path: &str) -> bool {
    let (mut expected, mut actual) = (template.split('/'), path.split('/'));
    loop {
        match (expected.next(), actual.next()) {
            (None, None) => return true,
            (Some(one), Some(other)) if one == "{}" || one == other => {}
            _ => return false,
        }
    }
}

/// The public description, if the environment names one.
fn public_description() -> Option<&'static Value> {
    static DESCRIPTION: OnceLock<Option<Value>> = OnceLock::new();
    let read = || {
        let path = std::env::var_os("BURSAR_FLUENCE_OPENAPI")?;
        let text = std::fs::read_to_string(path).expect("the description can be read");
        Some(serde_json::from_str(&text).expect("the description is JSON"))
    };
    DESCRIPTION.get_or_init(read).as_ref()
}

fn check_kind(kind: &str, value: &Value, at: &str) -> Result<(), String> {
    let wrong = || Err(format!("{at}: {value} is not {kind}"));
    let expect = |fits: bool| if fits { Ok(()) } else { wrong() };
    if let Some(inner) = kind.strip_suffix("|null") {
        return if value.is_null() {
            Ok(())
        } else {
            check_kind(inner, value, at)
        };
    }
    if let Some(words) = kind.strip_prefix('(') {
        let words = words.trim_end_matches(')');
        let text = value.as_str().unwrap_or_default();
        return expect(words.split_whitespace().any(|word| word == text));
    }
    if let Some(inner) = kind.strip_prefix('[') {
        let inner = inner.trim_end_matches(']');
        let Some(items) = value.as_array() else {
            return wrong();
        };
        return items
            .iter()
            .enumerate()
            .try_for_each(|(index, item)| check_kind(inner, item, &format!("{at}/{index}")));
    }
    let text = value.as_str();
    match kind {
        "text" => expect(text.is_some()),
        "bool" => expect(value.is_boolean()),
        "int" => expect(value.is_i64()),
        "count" => expect(value.is_u64()),
        "uuid" => expect(text.is_some_and(|text| uuid::Uuid::parse_str(text).is_ok())),
        "time" => expect(text.is_some_and(|text| OffsetDateTime::parse(text, &Rfc3339).is_ok())),
        "decimal" => expect(text.is_some_and(is_decimal)),
        "scope" => expect(text.is_some_and(|text| text.contains(':'))),
        shape => check_shape(shape, value, at),
    }
}

fn check_shape(name: &str, value: &Value, at: &str) -> Result<(), String> {
    let (_, fields) = SHAPES
        .iter()
        .find(|(known, _)| *known == name)
        .unwrap_or_else(|| panic!("there is no shape {name}"));
    let object = value
        .as_object()
        .ok_or(format!("{at}: {value} is not an object"))?;
    for field in fields.split(';') {
        let (name, kind) = field.trim().split_once(": ").expect("name: kind");
        let required = !name.ends_with('?');
        let name = name.trim_end_matches('?');
        match object.get(name) {
            Some(value) => check_kind(kind, value, &format!("{at}/{name}"))?,
            None if required => return Err(format!("{at}: {name} is missing")),
            None => {}
        }
    }
    Ok(())
}

fn is_decimal(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    match unsigned.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(unsigned),
    }
}

#[test]
fn check_refuses_answers_that_do_not_fit() {
    let id = "9ba32273-49e6-4655-b193-b29f61752c2f";
    let right = format!(
        r#"[{{"balance": "-3.50", "usage": "1", "estimatedUsage": "0.1", "overage": "0.00",
            "totalDepositedAmount": "10", "userId": "{id}", "featureKey": "usd", "usageDaysLeft": null}}]"#
    );
    let check = |text: &str| check_answer("GET", "/v2/users/balances", 200, text);
    assert_eq!(check(&right), Ok(()));
    for (from, to) in [
        (r#""-3.50""#, r#""- 3.50""#),
        (r#""-3.50""#, "-3.5"),
        (id, "7"),
        ("null", "-1"),
        (r#""overage""#, r#""over""#),
    ] {
        assert!(right.contains(from));
        assert!(
            check(&right.replacen(from, to, 1)).is_err(),
            "{from} as {to}"
        );
    }
    assert!(check_answer("GET", "/v2/users/balances", 201, &right).is_err());
    assert!(check_answer("GET", "/v2/else", 200, &right).is_err());
    let error = r#"{"code": "oops", "error": "text"}"#;
    assert!(check_answer("GET", "/v2/vms", 403, error).is_err());
}
