//! The simulated provider and chain: what they answer, and how payments change there.

use super::{World, amount};
use bursar_domain::api_balance::ApiBalance;
use bursar_domain::chain_reading::ChainReading;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::{Code, Detail, Error};
use bursar_domain::money::Amount;
use bursar_domain::payment::{Created, NewPayment, RemotePayment, Status};
use bursar_engine::top_up::Verified;
use bursar_engine::{
    CatalogueResponse, ChainResponse, Event, HistoryResponse, OpenPaymentsResponse, Request,
};
use rand::Rng;

impl World {
    fn open_payment(&self) -> Option<usize> {
        self.payments.iter().position(|p| {
            matches!(
                p.status,
                Status::Open | Status::Confirming | Status::UnderReview
            )
        })
    }

    /// Under a known key the provider returns the same payment, in its present state.
    fn create_once(&mut self, new: &NewPayment) -> Result<Created, Error> {
        if self.rules.repeatable_for.is_none() {
            return self.create(&new.amount);
        }
        if self.chance(3) {
            // Refused before validation: proves nothing about an earlier request.
            return Err(Error::new(Code::Unauthorized, Detail::any()));
        }
        let id = match self.keys.get(&new.top_up_id).cloned() {
            Some(id) => id,
            None if self.chance(5) => return Err(Error::new(Code::MethodUnknown, Detail::any())),
            None => {
                let id = self.create(&new.amount)?.payment_id;
                self.keys.insert(new.top_up_id.clone(), id.clone());
                id
            }
        };
        let payment = self.payments.iter().find(|p| p.id == id).cloned();
        if payment
            .as_ref()
            .is_some_and(|p| p.status == Status::Completed)
        {
            self.reported_completed.insert(id.clone());
        }
        Ok(Created {
            checkout: payment.as_ref().and_then(|p| p.checkout.clone()),
            intent_id: id.clone(),
            payment_provider: None,
            payment_id: id,
            expires_at: None,
            payment,
            differs: None,
        })
    }

    pub(super) fn create(&mut self, value: &Amount) -> Result<Created, Error> {
        if self.rules.one_open_top_up() && self.open_payment().is_some() {
            return Err(Error::new(Code::TopUpOpen, Detail::any()));
        }
        let id = format!("p{}", self.payments.len());
        // The provider's clock is up to a minute off.
        let skew = Span::seconds(self.random.random_range(-60..60));
        self.payments.push(RemotePayment {
            updated_at: self.now,
            checkout: Some(format!("https://pay.example/{id}")),
            ..RemotePayment::top_up(
                id.clone(),
                Status::Open,
                value.clone(),
                self.now.plus(self.ahead).plus(skew),
            )
        });
        let intent = format!("intent of {id}");
        Ok(Created {
            checkout: Some(format!("https://pay.example/{id}")),
            // Whether the response uses the id of the lists differs between providers.
            payment_id: if self.ids_differ { intent.clone() } else { id },
            intent_id: intent,
            payment_provider: None,
            expires_at: None,
            payment: None,
            differs: None,
        })
    }

    /// The request reaches the server; the response shows its state at that moment.
    pub(super) fn serve(&mut self, request: &Request, requested_at: Timestamp) -> Event {
        let list: Vec<_> = self.payments.clone();
        match request {
            Request::Start { top_up_id, new } => {
                let made_before = self.payments.len();
                let answer = self.create_once(new);
                if self.payments.len() > made_before {
                    let id = self.payments.last().unwrap().id.clone();
                    self.made.insert(top_up_id.clone(), id.clone());
                    self.ours.push(id);
                }
                Event::Started {
                    top_up_id: top_up_id.clone(),
                    answer,
                }
            }
            Request::Cancel {
                top_up_id,
                intent_id,
            } => {
                let open = self
                    .payments
                    .iter_mut()
                    .find(|p| intent_id.ends_with(&p.id) && p.status == Status::Open);
                let answer = match open {
                    Some(payment) => {
                        payment.status = Status::Cancelled;
                        self.ended.insert(payment.id.clone());
                        Ok(())
                    }
                    None => Err(Error::new(Code::TopUpState, Detail::any())),
                };
                Event::CancelAnswered {
                    top_up_id: top_up_id.clone(),
                    answer,
                }
            }
            Request::OpenPayments {
                since,
                expected_payment_ids,
            } => {
                let open: Vec<_> = list
                    .iter()
                    .filter(|p| {
                        p.status == Status::Open
                            || (!self.rules.one_open_top_up() && !p.status.is_final())
                    })
                    .cloned()
                    .collect();
                let all_there = expected_payment_ids
                    .iter()
                    .all(|id| open.iter().any(|p| p.id == *id));
                let payments = if all_there {
                    open
                } else {
                    list.into_iter()
                        .filter(|p| p.created_at >= *since)
                        .collect()
                };
                Event::OpenPayments {
                    requested_at,
                    answer: Ok(OpenPaymentsResponse {
                        payments,
                        history_read: !all_there,
                        error: None,
                    }),
                }
            }
            Request::History { .. } => Event::History {
                requested_at,
                answer: Ok(HistoryResponse {
                    payments: list,
                    changed_rows: 1,
                    is_complete: true,
                    ..HistoryResponse::default()
                }),
            },
            Request::Balance => Event::Balance(Ok(ApiBalance {
                balance: amount(10_000),
                daily_usage: None,
                days_left: Some(30),
                owed: None,
                entitlements: Vec::new(),
            })),
            Request::Chain { payments, .. } => {
                Event::Chain(Ok(self.look(payments.iter().map(|s| s.payment_id.clone()))))
            }
            Request::Charges => Event::Charges(Ok(())),
            Request::Catalogue => Event::Catalogue(Ok(CatalogueResponse::default())),
            Request::DuePayments => Event::DuePayments(Ok(())),
            Request::Probe(server) => Event::Probed {
                server: *server,
                reachable: true,
            },
        }
    }

    fn look(&mut self, followed: impl Iterator<Item = String>) -> ChainResponse {
        let reading = ChainReading {
            block: 1,
            block_hash: Default::default(),
            block_time: self.now,
            read_at: self.now,
            free: amount(10_000),
            reserved: amount(0),
            held: amount(0),
            frozen: false,
        };
        let credited = followed
            .filter_map(|id| {
                self.credits
                    .get(&id)
                    .map(|verified| (id, verified.clone(), true))
            })
            .collect();
        ChainResponse {
            user: Default::default(),
            reading,
            credited,
            reorganised: std::mem::take(&mut self.lost_credits),
            changed: true,
            backfill: None,
            lowers_mark: false,
            reread_at: None,
            figures_error: None,
            events_error: None,
        }
    }

    /// A response on its way proves what the provider reported.
    pub(super) fn book(&mut self, event: &Event) {
        let reported: Vec<RemotePayment> = match event {
            Event::OpenPayments {
                answer: Ok(followed),
                ..
            } => followed.payments.clone(),
            Event::History {
                answer: Ok(history),
                ..
            } => history.payments.clone(),
            _ => Vec::new(),
        };
        for payment in reported {
            if payment.status == Status::Completed {
                self.reported_completed.insert(payment.id);
            }
        }
    }

    pub(super) fn lost(request: Request, requested_at: Timestamp) -> Event {
        let error = Error::passing(Code::Timeout, Detail::any());
        match request {
            Request::Start {
                top_up_id: top_up, ..
            } => Event::Started {
                top_up_id: top_up,
                answer: Err(error),
            },
            Request::Cancel {
                top_up_id: top_up, ..
            } => Event::CancelAnswered {
                top_up_id: top_up,
                answer: Err(error),
            },
            Request::OpenPayments { .. } => Event::OpenPayments {
                requested_at,
                answer: Err(error),
            },
            Request::History { .. } => Event::History {
                requested_at,
                answer: Err(error),
            },
            Request::Balance => Event::Balance(Err(error)),
            Request::Chain { .. } => Event::Chain(Err(error)),
            Request::Charges => Event::Charges(Err(error)),
            Request::Catalogue => Event::Catalogue(Err(error)),
            Request::DuePayments => Event::DuePayments(Err(error)),
            Request::Probe(server) => Event::Probed {
                server,
                reachable: false,
            },
        }
    }

    pub(super) fn provider_moves(&mut self) {
        if self.payments.is_empty() {
            return;
        }
        let index = self.random.random_range(0..self.payments.len());
        let next = match (self.payments[index].status, self.random.random_range(0..6)) {
            (Status::Open, 0) => Status::Confirming,
            (Status::Open, 1) => Status::Expired,
            (Status::Open, 2) => Status::Cancelled,
            (Status::Open | Status::Confirming, 3) => Status::Failed,
            (Status::Confirming, 4) => Status::UnderReview,
            (Status::Confirming | Status::UnderReview, 5 | 0) => Status::Completed,
            (Status::Expired | Status::Cancelled | Status::Failed, 0) => Status::Completed,
            (Status::Completed, 0) if !self.rules.one_open_top_up() => Status::Refunding,
            (Status::Refunding, 1) => Status::Refunded,
            (Status::Refunding, 2) => Status::Completed,
            (same, _) => same,
        };
        if matches!(next, Status::Cancelled | Status::Expired | Status::Failed) {
            self.ended.insert(self.payments[index].id.clone());
        }
        self.payments[index].status = next;
        self.payments[index].updated_at = self.now;
    }

    pub(super) fn chain_moves(&mut self) {
        if self.state.config.watched_address.is_none() {
            return;
        }
        if self.chance(20) && !self.credits.is_empty() {
            let id = self.credits.keys().next().unwrap().clone();
            self.credits.remove(&id);
            self.lost_credits.push(id);
            return;
        }
        let paid: Vec<String> = self
            .payments
            .iter()
            .filter(|p| matches!(p.status, Status::Confirming | Status::Completed))
            .map(|p| p.id.clone())
            .collect();
        if let Some(id) = paid.first() {
            self.shown.insert(id.clone());
            let verified = Verified {
                transaction: Default::default(),
                block: 1,
                by_id: true,
            };
            self.credits.insert(id.clone(), verified);
        }
    }
}
