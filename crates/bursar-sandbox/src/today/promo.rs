//! Promo credits: money that may expire, and that is spent before the prepaid balance.

use time::OffsetDateTime;
use uuid::Uuid;

#[derive(Clone, Debug)]
pub(crate) struct Promo {
    pub(crate) id: Uuid,
    /// In micros of a USD.
    pub(crate) granted: u128,
    pub(crate) left: u128,
    /// None: it never expires.
    pub(crate) expires_at: Option<OffsetDateTime>,
}

/// All promo credits of a user, the first to expire first.
#[derive(Debug, Default)]
pub(crate) struct Promos(Vec<Promo>);

impl Promos {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Promo> {
        self.0.iter()
    }

    pub(crate) fn grant(&mut self, micros: u128, expires_at: Option<OffsetDateTime>) -> Promo {
        let promo = Promo {
            id: Uuid::new_v4(),
            granted: micros,
            left: micros,
            expires_at,
        };
        self.0.push(promo.clone());
        self.sort();
        promo
    }

    /// Ends a promo credit at that time; returns whether it exists.
    pub(crate) fn expire(&mut self, id: Uuid, at: OffsetDateTime) -> bool {
        let Some(promo) = self.0.iter_mut().find(|promo| promo.id == id) else {
            return false;
        };
        promo.expires_at = Some(at);
        self.sort();
        true
    }

    /// What can be spent at that time, in micros.
    pub(crate) fn left(&self, at: OffsetDateTime) -> u128 {
        self.usable(at).map(|promo| promo.left).sum()
    }

    pub(crate) fn granted(&self) -> u128 {
        self.0.iter().map(|promo| promo.granted).sum()
    }

    /// The next expiry of a credit that has something left.
    pub(crate) fn next_expiry(&self, at: OffsetDateTime) -> Option<OffsetDateTime> {
        self.usable(at)
            .filter(|promo| promo.left > 0)
            .find_map(|promo| promo.expires_at)
    }

    /// Spends at most `micros` and returns how much was spent.
    pub(crate) fn spend(&mut self, micros: u128, at: OffsetDateTime) -> u128 {
        let mut rest = micros;
        for promo in self.0.iter_mut().filter(|promo| promo.is_usable(at)) {
            let part = promo.left.min(rest);
            promo.left -= part;
            rest -= part;
        }
        micros - rest
    }

    fn usable(&self, at: OffsetDateTime) -> impl Iterator<Item = &Promo> {
        self.0.iter().filter(move |promo| promo.is_usable(at))
    }

    fn sort(&mut self) {
        self.0
            .sort_by_key(|promo| (promo.expires_at.is_none(), promo.expires_at));
    }
}

impl Promo {
    fn is_usable(&self, at: OffsetDateTime) -> bool {
        self.expires_at.is_none_or(|expires_at| expires_at > at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const NOW: OffsetDateTime = datetime!(2026-03-01 12:00 UTC);

    #[test]
    fn spends_what_expires_first() {
        let mut promos = Promos::default();
        promos.grant(10, None);
        promos.grant(10, Some(datetime!(2026-04-01 0:00 UTC)));
        promos.grant(10, Some(datetime!(2026-02-01 0:00 UTC)));
        assert_eq!(promos.left(NOW), 20);
        assert_eq!(promos.spend(15, NOW), 15);
        let left: Vec<u128> = promos.iter().map(|promo| promo.left).collect();
        assert_eq!(left, [10, 0, 5]);
        assert_eq!(promos.spend(15, NOW), 5);
    }

    #[test]
    fn expired_credit_cannot_be_spent() {
        let mut promos = Promos::default();
        let id = promos.grant(10, None).id;
        assert!(promos.expire(id, NOW));
        assert_eq!((promos.left(NOW), promos.spend(1, NOW)), (0, 0));
        assert!(!promos.expire(Uuid::nil(), NOW));
    }
}
