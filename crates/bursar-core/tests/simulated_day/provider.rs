//! An in-memory provider whose answers take time, fail, or are lost on the way back, as the day's faults require.

use crate::desktop::WallClock;
use async_trait::async_trait;
use bursar_domain::api_balance::ApiBalance;
use bursar_domain::catalogue::{Capabilities, Catalogue, DuePayments};
use bursar_domain::charges::Charges;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::{Code, Error, ProviderDetail, Result, TopUpDetail};
use bursar_domain::key_owner::KeyOwner;
use bursar_domain::money::{Amount, Currency};
use bursar_domain::payment::{Created, NewPayment, RemotePayment, Status};
use bursar_domain::payment_rules::Rules;
use bursar_provider::{HistoryPage, Provider};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The provider's current fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    Refused,
    Silent,
    Broken,
    Busy,
    /// The provider carries out every request, but every answer is lost.
    Lost,
    Slow,
}

pub(crate) struct Simulated {
    clock: Arc<WallClock>,
    inner: Mutex<Inner>,
}

struct Inner {
    random: SmallRng,
    fault: Fault,
    payments: Vec<RemotePayment>,
    /// The idempotency keys of the requested top-ups.
    asked: BTreeSet<String>,
    asked_twice: u32,
    flying: BTreeMap<&'static str, u32>,
    most_flying: BTreeMap<&'static str, u32>,
    calls: u64,
}

/// The outcome of the whole day, as the provider saw it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub payments: Vec<RemotePayment>,
    pub asked_twice: u32,
    /// The most concurrent requests to each endpoint.
    pub most_flying: BTreeMap<&'static str, u32>,
    pub calls: u64,
}

impl Simulated {
    pub(crate) fn new(clock: Arc<WallClock>, seed: u64) -> Self {
        let inner = Inner {
            random: SmallRng::seed_from_u64(seed),
            fault: Fault::None,
            payments: Vec::new(),
            asked: BTreeSet::new(),
            asked_twice: 0,
            flying: BTreeMap::new(),
            most_flying: BTreeMap::new(),
            calls: 0,
        };
        Self {
            clock,
            inner: Mutex::new(inner),
        }
    }

    pub(crate) fn fault(&self, fault: Fault) {
        self.inner.lock().unwrap().fault = fault;
    }

    /// Stops counting open requests, because a restart of the app abandons them.
    pub(crate) fn forget_flying(&self) {
        self.inner.lock().unwrap().flying.clear();
    }

    pub(crate) fn seen(&self) -> Seen {
        let inner = self.inner.lock().unwrap();
        Seen {
            payments: inner.payments.clone(),
            asked_twice: inner.asked_twice,
            most_flying: inner.most_flying.clone(),
            calls: inner.calls,
        }
    }

    /// Advances open payments: they are paid, credited, or their payment page expires.
    pub(crate) fn move_on(&self, to_the_end: bool) {
        let now = self.clock.true_time();
        let mut inner = self.inner.lock().unwrap();
        let Inner {
            payments, random, ..
        } = &mut *inner;
        for payment in payments {
            let next = match (payment.status, random.random_range(0..10)) {
                (Status::Open | Status::Confirming, _) if to_the_end => Status::Completed,
                (Status::Open, 0..=3) => Status::Confirming,
                (Status::Open, 4) => Status::Expired,
                (Status::Confirming, 0..=5) => Status::Completed,
                (same, _) => same,
            };
            if next != payment.status {
                payment.status = next;
                payment.updated_at = now;
            }
        }
    }

    /// Every request and its response pass through here.
    async fn call<T>(
        &self,
        endpoint: &'static str,
        answer: impl FnOnce(&mut Inner) -> Result<T>,
    ) -> Result<T> {
        let (fault, wait) = {
            let mut inner = self.inner.lock().unwrap();
            inner.calls += 1;
            let flying = inner.flying.entry(endpoint).or_default();
            *flying += 1;
            let flying = *flying;
            let most = inner.most_flying.entry(endpoint).or_default();
            *most = (*most).max(flying);
            (inner.fault, inner.random.random_range(5..400))
        };
        tokio::time::sleep(Duration::from_millis(match fault {
            Fault::Silent => 20_000,
            Fault::Slow => 15_000,
            Fault::None | Fault::Refused | Fault::Broken | Fault::Busy | Fault::Lost => wait,
        }))
        .await;
        let mut inner = self.inner.lock().unwrap();
        if let Some(flying) = inner.flying.get_mut(endpoint) {
            *flying = flying.saturating_sub(1);
        }
        let failed = |code| Err(Error::passing(code, ProviderDetail::Maintenance));
        match fault {
            Fault::None | Fault::Slow => answer(&mut inner),
            Fault::Refused => failed(Code::Unreachable),
            Fault::Silent => failed(Code::Timeout),
            Fault::Broken => failed(Code::ProviderUnavailable),
            Fault::Busy => failed(Code::RateLimited).map_err(|error: Error| Error {
                retry_after: Some(Span::seconds(30)),
                ..error
            }),
            Fault::Lost => {
                let _ = answer(&mut inner);
                failed(Code::Timeout)
            }
        }
    }
}

pub(crate) fn usdc(cents: i64) -> Amount {
    Amount::from_cents(cents, Currency::usdc())
}

pub(crate) fn is_open(payment: &RemotePayment) -> bool {
    matches!(
        payment.status,
        Status::Open | Status::Confirming | Status::UnderReview
    )
}

#[async_trait]
impl Provider for Simulated {
    fn rules(&self) -> Rules {
        Rules {
            capabilities: Capabilities {
                renewals: true,
                ..Capabilities::default()
            },
            ..Rules::default()
        }
    }

    async fn key_owner(&self) -> Result<KeyOwner> {
        self.call("identity", |_| {
            Ok(KeyOwner {
                user_id: "user".into(),
                name: "user@example.com".into(),
                missing_scopes: Vec::new(),
                lists_scopes: false,
            })
        })
        .await
    }

    async fn balance(&self) -> Result<ApiBalance> {
        self.call("balance", |_| {
            Ok(ApiBalance {
                balance: usdc(10_000),
                daily_usage: None,
                days_left: Some(30),
                owed: None,
                entitlements: Vec::new(),
            })
        })
        .await
    }

    async fn catalogue(&self) -> Result<Catalogue> {
        self.call("methods", |_| {
            Ok(Catalogue {
                currency: Currency::usdc(),
                presets: Vec::new(),
                payers: Vec::new(),
                methods: Vec::new(),
            })
        })
        .await
    }

    async fn start(&self, new: &NewPayment) -> Result<Created> {
        let now = self.clock.true_time();
        self.call("start", |inner| {
            if !inner.asked.insert(new.top_up_id.clone()) {
                inner.asked_twice += 1;
            }
            if inner.payments.iter().any(is_open) {
                return Err(Error::new(Code::TopUpOpen, TopUpDetail::TopUpAlreadyOpen));
            }
            let id = format!("p{}", inner.payments.len());
            let checkout = Some(format!("https://pay.example/{id}"));
            inner.payments.push(RemotePayment {
                checkout: checkout.clone(),
                ..RemotePayment::top_up(id.clone(), Status::Open, new.amount.clone(), now)
            });
            Ok(Created {
                payment_id: id.clone(),
                intent_id: id,
                payment_provider: None,
                checkout,
                expires_at: None,
                payment: None,
                differs: None,
            })
        })
        .await
    }

    async fn cancel(&self, _: &str) -> Result<()> {
        self.call("cancel", |_| Ok(())).await
    }

    async fn pending(&self) -> Result<Vec<RemotePayment>> {
        self.call("pending", |inner| {
            Ok(inner
                .payments
                .iter()
                .filter(|p| is_open(p))
                .cloned()
                .collect())
        })
        .await
    }

    async fn history(&self, since: Option<Timestamp>, _: Option<&str>) -> Result<HistoryPage> {
        self.call("history", |inner| {
            let payments: Vec<_> = inner
                .payments
                .iter()
                .rev()
                .filter(|p| since.is_none_or(|since| p.created_at >= since))
                .cloned()
                .collect();
            Ok(HistoryPage {
                total: u64::try_from(payments.len()).ok(),
                payments,
                unreadable: Vec::new(),
                partly_unreadable: Vec::new(),
                next: None,
            })
        })
        .await
    }

    async fn charges(&self, _: &str, _: &str) -> Result<Charges> {
        self.call("charges", |_| Ok(Charges::default())).await
    }

    async fn maintenance(&self) -> Result<bool> {
        self.call("maintenance", |_| Ok(false)).await
    }

    async fn dues(&self) -> Result<DuePayments> {
        self.call("dues", |_| Ok(DuePayments::default())).await
    }
}
