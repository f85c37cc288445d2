//! Charges by resource are kept by day, replaced with their days, and removed with their account.

use crate::fixtures::NOW;
use bursar_domain::account::AccountId;
use bursar_domain::charges::{Charges, Resource, ResourceCharge, ResourceKind};
use bursar_domain::money::{Amount, Currency};
use bursar_store::History;

fn charge(date: &str, id: &str, name: Option<&str>, amount: &str) -> ResourceCharge {
    ResourceCharge {
        date: date.to_owned(),
        resource: Resource {
            id: id.to_owned(),
            name: name.map(str::to_owned),
            kind: ResourceKind::Address,
        },
        amount: Amount::parse_decimal(amount, Currency::new("USD").unwrap()).unwrap(),
    }
}

fn charges(resources: &[ResourceCharge]) -> Charges {
    Charges {
        resources: resources.to_vec(),
        ..Charges::default()
    }
}

#[test]
fn keeps_replaces_and_removes_charges_of_resources() {
    let home = tempfile::tempdir().unwrap();
    let (history, _) = History::open(home.path(), NOW).unwrap();
    let (one, other) = (AccountId::random(), AccountId::random());
    let all = |account: &AccountId| {
        history
            .resource_charges(account, "0000-00-00", "9999-99-99")
            .unwrap()
    };
    assert!(all(&one).is_empty());
    let january = [
        charge("2026-01-01", "a", Some("web"), "1.250000"),
        charge("2026-01-02", "a", None, "2"),
        charge("2026-01-02", "b", None, "3"),
    ];
    let days = ("2026-01-01", "2026-01-02");
    for account in [&one, &other] {
        history
            .put_charges(account, days, &charges(&january), NOW)
            .unwrap();
    }
    assert_eq!(all(&one), january);
    let of_the_first = history.resource_charges(&one, "2026-01-01", "2026-01-01");
    assert_eq!(of_the_first.unwrap(), january[..1]);

    let again = [charge("2026-01-02", "b", Some("ip"), "4")];
    history
        .put_charges(&one, ("2026-01-02", "2026-01-03"), &charges(&again), NOW)
        .unwrap();
    assert_eq!(all(&one), [january[0].clone(), again[0].clone()]);
    assert_eq!(all(&other), january, "another account keeps its charges");

    history.remove_account(&one).unwrap();
    assert!(all(&one).is_empty());
    assert_eq!(all(&other), january);
}
