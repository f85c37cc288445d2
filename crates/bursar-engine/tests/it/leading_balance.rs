//! Which figure is the balance where chain and API both know one, and what a debt notifies the user of.

use crate::fixtures::noon;
use bursar_domain::account::AccountId;
use bursar_domain::api_balance::ApiBalance;
use bursar_domain::chain_reading::ChainReading;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::debt::{DebtRules, DebtStep, Removal};
use bursar_domain::money::{Amount, Currency};
use bursar_domain::network::BalanceFrom;
use bursar_domain::notice::NoticeKind;
use bursar_domain::payment_rules::Rules;
use bursar_engine::{AccountConfig, ChainResponse, Event, State, Write, step};

static RULES: DebtRules = DebtRules {
    as_of: "2026-11-30",
    source: "https://example.org/",
    steps: &[
        DebtStep {
            removes: Removal::MachinesAndAddresses,
            limit_cents: 500,
            includes_limit: false,
            unpaid_for: Span::days(3),
        },
        DebtStep {
            removes: Removal::Disks,
            limit_cents: 2_000,
            includes_limit: true,
            unpaid_for: Span::days(10),
        },
    ],
};

fn cents(cents: i64, currency: &str) -> Amount {
    Amount::from_cents(cents, Currency::new(currency).unwrap())
}

/// An account, what it has been notified of, and how often its alerts were written.
struct Account {
    state: State,
    notices: Vec<(NoticeKind, String)>,
    written: usize,
    now: Timestamp,
}

impl Account {
    fn new(balance_from: BalanceFrom) -> Self {
        let config = AccountConfig {
            rules: Rules::default(),
            signed_in: true,
            watched_address: Some(Default::default()),
            balance_from,
            debt_rules: Some(&RULES),
        };
        let id = AccountId("a".to_owned());
        Self {
            state: State::new(id, noon(), config, Vec::new(), noon()),
            notices: Vec::new(),
            written: 0,
            now: noon(),
        }
    }

    fn hear(&mut self, event: &Event) -> &mut Self {
        let step = step(&self.state, event, self.now, 0);
        for write in step.commit {
            match write {
                Write::Notice(notice) => self.notices.push((notice.kind, notice.subject)),
                Write::Alerts(_) => self.written += 1,
                Write::TopUp(_) | Write::DeleteTopUp(_) => {}
            }
        }
        self.state = step.state;
        self
    }

    fn later(&mut self, span: Span) -> &mut Self {
        self.now = self.now.plus(span);
        self
    }

    fn chain(&mut self, units: i64) -> &mut Self {
        let reading = ChainReading {
            block: 1,
            block_hash: Default::default(),
            block_time: self.now,
            read_at: self.now,
            free: cents(units, "USDC"),
            reserved: cents(0, "USDC"),
            held: cents(0, "USDC"),
            frozen: false,
        };
        self.hear(&Event::Chain(Ok(ChainResponse {
            user: Default::default(),
            reading,
            lowers_mark: false,
            credited: Vec::new(),
            reorganised: Vec::new(),
            changed: false,
            backfill: None,
            reread_at: None,
            figures_error: None,
            events_error: None,
        })))
    }

    fn api(&mut self, units: i64, owed: i64) -> &mut Self {
        let daily_usage = Some(cents(120, "USD"));
        self.hear(&Event::Balance(Ok(ApiBalance {
            balance: cents(units, "USD"),
            owed: (owed > 0).then(|| cents(owed, "USD")),
            daily_usage,
            days_left: None,
            entitlements: Vec::new(),
        })))
    }

    /// Both are read, two minutes after the last reading.
    fn both(&mut self, chain: i64, api: i64) -> &mut Self {
        self.later(Span::minutes(2)).chain(chain).api(api, 0)
    }

    fn shown(&self) -> String {
        let balance = self.state.current_balance(self.now);
        assert_eq!(balance, self.state.spendable());
        balance.unwrap().to_brief()
    }
}

#[test]
fn contract_leads_until_two_readings_differ_and_again_after_two_that_agree() {
    let mut account = Account::new(BalanceFrom::Auto);
    account.both(10_000, 10_050);
    assert_eq!(account.shown(), "100.00 USDC", "within a day's usage");
    account.both(10_000, 8_000);
    assert_eq!(
        account.shown(),
        "100.00 USDC",
        "one reading settles nothing"
    );
    account.both(10_000, 8_000);
    assert_eq!(account.shown(), "80.00 USD");
    account.both(8_000, 8_000);
    assert_eq!(account.shown(), "80.00 USD", "one that agrees neither");
    account.both(9_000, 8_000).both(8_000, 8_000);
    assert_eq!(account.shown(), "80.00 USD", "they differed in between");
    account.both(8_000, 8_000);
    assert_eq!(account.shown(), "80.00 USDC");
    // The unit is another one each time, and each unit is news once in the inbox.
    let subjects: Vec<_> = account
        .notices
        .iter()
        .map(|(_, subject)| subject.as_str())
        .collect();
    assert_eq!(subjects, ["unit-USD", "unit-USDC"]);
}

#[test]
fn chosen_source_leads_however_much_the_two_differ() {
    for (from, shown) in [
        (BalanceFrom::Chain, "100.00 USDC"),
        (BalanceFrom::Api, "80.00 USD"),
    ] {
        let mut account = Account::new(from);
        for _ in 0..4 {
            account.both(10_000, 8_000);
            assert_eq!(account.shown(), shown);
        }
        assert_eq!(account.notices, []);
        assert_eq!(account.written, 0, "nothing is stored for it");
    }
}

#[test]
fn debt_leads_at_once_and_ends_at_once() {
    for from in [BalanceFrom::Chain, BalanceFrom::Auto] {
        let mut account = Account::new(from);
        account.both(10_000, 10_000);
        account.later(Span::minutes(1)).api(0, 350);
        assert_eq!(account.shown(), "0.00 USD");
        assert_eq!(account.state.owed(), Some(&cents(350, "USD")));
        account.later(Span::minutes(1)).api(10_000, 0);
        assert_eq!(account.shown(), "100.00 USDC");
    }
}

#[test]
fn unit_that_the_api_changes_is_news_once() {
    let mut account = Account::new(BalanceFrom::Api);
    account.both(10_000, 8_000);
    let in_usdc = ApiBalance {
        balance: cents(8_000, "USDC"),
        owed: None,
        daily_usage: None,
        days_left: None,
        entitlements: Vec::new(),
    };
    account.state.api_balance = Some((in_usdc, account.now));
    account.both(10_000, 8_000).both(10_000, 8_000);
    let unit = (NoticeKind::UnitChanged, "unit-USD".to_owned());
    assert_eq!(account.notices, [unit]);
}

#[test]
fn each_step_into_debt_is_notified_once() {
    let mut account = Account::new(BalanceFrom::Api);
    account.api(100, 0);
    assert_eq!(account.written, 0);
    account.later(Span::hours(1)).api(0, 10);
    let first = account.state.alerts.debt.without_money.clone().unwrap();
    assert_eq!(first.last_above_zero, Some(noon()));
    for _ in 0..3 {
        account.later(Span::hours(1)).api(0, 20);
    }
    account.later(Span::days(2)).api(0, 300);
    account.later(Span::hours(1)).api(0, 310);
    account.later(Span::days(1)).api(0, 450);
    account.later(Span::hours(1)).api(0, 460);
    account.later(Span::days(9)).api(0, 1_500);
    account.later(Span::days(1)).api(0, 2_000);
    account.later(Span::days(1)).api(0, 2_100);
    let kinds: Vec<_> = account.notices.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(
        kinds,
        [
            NoticeKind::BalanceUsedUp,
            NoticeKind::MachinesAtRisk,
            NoticeKind::MachinesRemoved,
            NoticeKind::DisksAtRisk,
            NoticeKind::DisksRemoved,
        ]
    );
    // Out of debt, and into another one: that is news again, under subjects of its own.
    account.later(Span::days(1)).api(5_000, 0);
    assert_eq!(account.state.alerts.debt.without_money, None);
    account.later(Span::hours(1)).api(0, 10);
    let (kind, subject) = account.notices.last().unwrap();
    assert_eq!(
        (*kind, subject.as_str()),
        (NoticeKind::BalanceUsedUp, "debt-2")
    );
}

#[test]
fn terminal_keeps_the_dates_and_reports_nothing() {
    let mut account = Account::new(BalanceFrom::Api);
    account.state.notifies_alerts = false;
    account.api(100, 0).later(Span::days(9)).api(0, 2_500);
    assert_eq!(account.notices, []);
    let time = account.state.alerts.debt.without_money.clone().unwrap();
    assert!(!time.used_up_notified);
    assert_eq!(time.last_above_zero, Some(noon()));
    // The app reports it later.
    account.state.notifies_alerts = true;
    account.later(Span::hours(1)).api(0, 2_500);
    assert_eq!(account.notices.len(), 3);
}
