//! Card payments: paid, declined, the bank's question, an hour.

use serde_json::json;

use crate::support::today::TodayUser;
use crate::support::{NO_HISTORY_NO_BLOCKS, Reply, Sandbox, str_at};

const CARD: &str = "4242 4242 4242 4242";
const DECLINED: &str = "4000000000000002";
const ASKS: &str = "4000000000003220";
const SLOW: &str = "4000000000000077";
const HANGS: &str = "4000000000000259";
const SUSPECTED: &str = "4100000000000019";

struct Page<'a> {
    user: TodayUser<'a>,
    id: String,
    url: String,
}

impl<'a> Page<'a> {
    async fn open(sandbox: &'a Sandbox) -> Self {
        let user = TodayUser::new(sandbox, json!({"credits": "10"})).await;
        let (id, url) = user.top_up(2_500, "card").await;
        Self { user, id, url }
    }

    fn address(&self) -> &str {
        self.url.split('#').next().unwrap()
    }

    async fn pay(&self, number: &str) -> Reply {
        let fields = [("number", number), ("expiry", "04 / 31"), ("cvc", "123")];
        let url = format!("{}/card", self.address());
        self.user.sandbox.submit(&url, &fields).await
    }

    async fn answer(&self, answer: &str) -> Reply {
        let url = format!("{}/bank", self.address());
        self.user.sandbox.submit(&url, &[("answer", answer)]).await
    }

    async fn shows(&self, text: &str) -> bool {
        self.user.sandbox.page(&self.url).await.contains(text)
    }

    async fn status(&self) -> String {
        let history = self.user.get("/v2/top-ups").await;
        str_at(&history, "/items/0/status").to_owned()
    }

    async fn completes(&self) {
        self.user
            .sandbox
            .wait_for_status(&self.id, "completed")
            .await;
        assert_eq!(self.user.balance().await, "35.00");
    }
}

#[tokio::test]
async fn card_pays_the_amount_and_the_fee() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let page = Page::open(&sandbox).await;
    let host = sandbox.ready_field("/today/pages/card");
    assert!(page.url.starts_with(&format!("{host}/c/pay/cs_test_")) && page.url.contains("#fid"));
    for text in [
        "Pay 26.03 USD",
        "data-testid=\"fee\">1.03 USD<",
        "data-testid=\"subtotal\">25.00 USD<",
    ] {
        assert!(page.shows(text).await, "{text}");
    }
    assert_eq!(page.pay(CARD).await.status, 303);
    page.completes().await;
    assert!(page.shows("data-phase=\"paid\"").await);
    assert_eq!(page.pay(CARD).await.status, 409);
    assert_eq!(page.user.balance().await, "35.00");
}

#[tokio::test]
async fn declined_card_leaves_the_page_open_for_another() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let page = Page::open(&sandbox).await;
    let wrong = page.pay("4242424242424241").await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("The card number is not valid."));
    assert_eq!(page.pay(DECLINED).await.status, 303);
    assert!(
        page.shows("The bank declined the payment. No money was taken. Try another card.")
            .await
    );
    assert!(page.shows("data-status=\"declined\"").await);
    assert_eq!(page.status().await, "open");
    page.pay(CARD).await;
    page.completes().await;
}

#[tokio::test]
async fn bank_asks_before_it_pays() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let page = Page::open(&sandbox).await;
    page.pay(ASKS).await;
    assert!(page.shows("data-phase=\"confirm\"").await && page.shows("ending in 3220").await);
    assert_eq!(page.status().await, "open");
    page.answer("no").await;
    assert!(page.shows("data-phase=\"pay\"").await && page.shows("confirmation is missing").await);
    assert_eq!(page.answer("yes").await.status, 409);
    page.pay(ASKS).await;
    let bank = format!("/top-ups/{}/bank", page.id);
    sandbox
        .control_post(&bank, &json!({"answer": "confirm"}))
        .await;
    page.completes().await;
}

#[tokio::test]
async fn slow_bank_pays_and_silent_bank_waits_for_the_control_api() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let slow = Page::open(&sandbox).await;
    slow.pay(SLOW).await;
    assert!(slow.shows("data-phase=\"processing\"").await);
    sandbox.advance(2).await;
    slow.completes().await;
    let silent = Page::open(&sandbox).await;
    silent.pay(HANGS).await;
    sandbox.advance(2 * 3600).await;
    assert_eq!(silent.status().await, "open");
    let bank = format!("/top-ups/{}/bank", silent.id);
    sandbox
        .control_post(&bank, &json!({"answer": "refuse"}))
        .await;
    assert_eq!(silent.status().await, "expired");
}

#[tokio::test]
async fn suspected_card_is_reviewed() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let page = Page::open(&sandbox).await;
    page.pay(SUSPECTED).await;
    assert_eq!(page.status().await, "needs_review");
    assert!(page.shows("Under review").await);
    assert_eq!(page.user.balance().await, "10.00");
}

#[tokio::test]
async fn page_expires_after_an_hour() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let page = Page::open(&sandbox).await;
    page.pay(ASKS).await;
    sandbox.advance(3_599).await;
    assert_eq!(page.status().await, "open");
    sandbox.advance(1).await;
    assert_eq!(page.status().await, "expired");
    assert_eq!(page.answer("yes").await.status, 409);
    assert_eq!(page.pay(CARD).await.status, 409);
    assert_eq!(page.user.balance().await, "10.00");
    assert!(page.shows("Do not pay for it.").await);
}

#[tokio::test]
async fn control_api_pays_by_card_too() {
    let sandbox = Sandbox::start(&NO_HISTORY_NO_BLOCKS);
    let page = Page::open(&sandbox).await;
    let pay = format!("/top-ups/{}/pay", page.id);
    let refused = sandbox.control_post(&pay, &json!({"card": DECLINED})).await;
    assert_eq!(refused.pointer("/page/refusals"), Some(&json!(1)));
    sandbox
        .control_post(&pay, &json!({"card": "4242424242424242"}))
        .await;
    page.completes().await;
}
