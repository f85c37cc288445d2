//! A user of today's Fluence. Every answer of the API that a test reads is checked against the public description.

use reqwest::Method;
use serde_json::{Value, json};

use super::conformance::assert_conforms;
use super::{Reply, Sandbox, str_at};

pub struct TodayUser<'a> {
    pub sandbox: &'a Sandbox,
    pub id: String,
    pub key: String,
    /// The server that the user's app talks to.
    pub api: String,
}

impl<'a> TodayUser<'a> {
    pub async fn new(sandbox: &'a Sandbox, request: Value) -> Self {
        let mut request = request;
        request["era"] = json!("today");
        let made = sandbox.control_post("/users", &request).await;
        Self {
            sandbox,
            id: str_at(&made, "/id").to_owned(),
            key: str_at(&made, "/api_key").to_owned(),
            api: sandbox.ready_field("/today/api").to_owned(),
        }
    }

    /// The same user with another key, or with none.
    pub fn with_key(&self, key: &str) -> Self {
        Self {
            sandbox: self.sandbox,
            id: self.id.clone(),
            key: key.to_owned(),
            api: self.api.clone(),
        }
    }

    pub async fn call(&self, method: Method, path: &str, body: &Value) -> Reply {
        let url = format!("{}{path}", self.api);
        let headers = [("x-api-key", self.key.as_str())];
        let headers = if self.key.is_empty() {
            &[][..]
        } else {
            &headers[..]
        };
        let reply = self.sandbox.send(method.clone(), &url, headers, body).await;
        assert_conforms(method.as_str(), path, reply.status, &reply.text);
        reply
    }

    pub async fn get(&self, path: &str) -> Value {
        let reply = self.call(Method::GET, path, &Value::Null).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text);
        reply.body
    }

    pub async fn status_of(&self, method: Method, path: &str, body: &Value) -> (u16, String) {
        let reply = self.call(method, path, body).await;
        let code = reply.body.get("code").and_then(Value::as_str);
        (reply.status, code.unwrap_or_default().to_owned())
    }

    /// Starts a top-up; returns its intent id and its payment page.
    pub async fn top_up(&self, cents: i64, method: &str) -> (String, String) {
        let body = json!({"amountCents": cents, "methodCode": method});
        let reply = self.call(Method::POST, "/v2/top-ups", &body).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        (
            str_at(&reply.body, "/intentId").to_owned(),
            str_at(&reply.body, "/presentation/redirectUrl").to_owned(),
        )
    }

    /// The entitlement with that key.
    pub async fn entitlement(&self, key: &str) -> Value {
        let all = self
            .get(&format!("/v2/users/balances?entitlementKey={key}"))
            .await;
        all.get(0).cloned().unwrap_or_default()
    }

    pub async fn balance(&self) -> String {
        str_at(&self.entitlement("usd-balance").await, "/balance").to_owned()
    }

    /// The books as they are.
    pub async fn books(&self) -> Value {
        let user = self
            .sandbox
            .control_get(&format!("/users/{}", self.id))
            .await;
        user["today"].clone()
    }

    pub async fn control(&self, call: &str, body: &Value) -> Value {
        let path = format!("/users/{}/{call}", self.id);
        self.sandbox.control_post(&path, body).await
    }
}

impl Sandbox {
    pub async fn advance(&self, seconds: u32) {
        self.control_post("/clock", &json!({"advance_s": seconds}))
            .await;
    }

    /// Sends a form of a page, without following the redirect.
    pub async fn submit(&self, url: &str, fields: &[(&str, &str)]) -> Reply {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let response = client
            .post(url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
            .send()
            .await
            .unwrap();
        Reply {
            status: response.status().as_u16(),
            text: response.text().await.unwrap(),
            body: Value::Null,
        }
    }

    /// The text of a page.
    pub async fn page(&self, url: &str) -> String {
        let url = url.split('#').next().unwrap();
        let reply = self.send(Method::GET, url, &[], &Value::Null).await;
        assert_eq!(reply.status, 200, "{url}");
        reply.text
    }
}
