//! A customer of the hosting panel, who uses its API like an app and its pages like a browser.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Reply, Sandbox, str_at};

pub const RETURN_URL: &str = "org.bursar.desktop://top-up/return?state=a&other=%20b";

pub struct Customer<'a> {
    pub sandbox: &'a Sandbox,
    pub id: String,
    pub key: String,
    pub payers: Vec<String>,
}

impl<'a> Customer<'a> {
    pub async fn new(sandbox: &'a Sandbox, request: &Value) -> Self {
        let made = sandbox.control_post("/panel/users", request).await;
        let payers = made["payers"].as_array().unwrap();
        Self {
            sandbox,
            id: str_at(&made, "/id").to_owned(),
            key: str_at(&made, "/api_key").to_owned(),
            payers: payers
                .iter()
                .map(|payer| str_at(payer, "/id").to_owned())
                .collect(),
        }
    }

    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Result<Reply, reqwest::Error> {
        let url = format!("{}/api/v1{path}", self.sandbox.ready_field("/panel/api"));
        let bearer = format!("Bearer {}", self.key);
        let mut all = vec![("authorization", bearer.as_str())];
        all.extend_from_slice(headers);
        self.sandbox.try_send(method, &url, &all, body).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, &[], &Value::Null)
            .await
            .unwrap()
    }

    pub async fn balance(&self) -> String {
        str_at(&self.get("/account").await.body, "/balance/amount").to_owned()
    }

    pub async fn full_record(&self) -> Value {
        self.sandbox
            .control_get(&format!("/panel/users/{}", self.id))
            .await
    }

    pub async fn set_behaviour(&self, behaviour: &Value) {
        let path = format!("/panel/users/{}", self.id);
        self.sandbox.control(Method::PATCH, &path, behaviour).await;
    }

    /// The first method of a payer with all of these members.
    pub async fn method(&self, payer: usize, expected: &Value) -> String {
        let path = format!("/payment-methods?payer={}", self.payers[payer]);
        let list = self.get(&path).await.body;
        let fits = |method: &&Value| {
            expected
                .as_object()
                .unwrap()
                .iter()
                .all(|(name, value)| method.get(name) == Some(value))
        };
        let found = list["items"].as_array().unwrap().iter().find(fits);
        str_at(
            found.unwrap_or_else(|| panic!("no {expected} in {list}")),
            "/id",
        )
        .to_owned()
    }

    /// The request for a top-up by the first payer.
    pub fn top_up(&self, method: &str, amount: &str) -> Value {
        let money = json!({"amount": amount, "currency": "USD"});
        json!({
            "purpose": {"kind": "top_up", "amount": money}, "payer": self.payers[0], "method": method,
            "expected_total": money, "return_url": RETURN_URL,
        })
    }

    pub async fn try_create(&self, key: &str, body: &Value) -> Result<Reply, reqwest::Error> {
        let headers = [("idempotency-key", key)];
        self.send(Method::POST, "/payments", &headers, body).await
    }

    pub async fn create(&self, key: &str, body: &Value) -> Reply {
        self.try_create(key, body).await.unwrap()
    }

    /// Creates a payment, which must succeed.
    pub async fn create_payment(&self, body: &Value) -> Value {
        let key = format!("test-{}", uuid::Uuid::new_v4());
        let reply = self.create(&key, body).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        reply.body
    }

    pub async fn payment(&self, id: &str) -> Value {
        self.get(&format!("/payments/{id}")).await.body
    }

    /// Waits until a payment has this status.
    pub async fn wait_for_status(&self, payment: &Value, status: &str) -> Value {
        let path = format!("/panel/payments/{}", str_at(payment, "/id"));
        self.sandbox.wait_for(&path, "/status", status).await
    }

    /// Submits a form of a hosted page and returns the resulting page.
    pub async fn submit(&self, page: &str, step: &str, fields: &[(&str, &str)]) -> Reply {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let response = client
            .post(format!("{page}/{step}"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
            .send()
            .await
            .unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        Reply {
            status,
            text,
            body: Value::Null,
        }
    }

    pub async fn submit_card(&self, page: &str, number: &str, save: bool) -> Reply {
        let mut fields = vec![("number", number), ("expiry", "04 / 31"), ("cvc", "123")];
        if save {
            fields.push(("save", "yes"));
        }
        self.submit(page, "card", &fields).await
    }
}
