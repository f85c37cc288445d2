//! What a renewal or migration pays for. The window has the same messages.

use crate::{Texts, text};
use bursar_domain::paid_for::{PaidFor, PaidItem, PaidPeriod};

impl Texts {
    /// What a renewal or migration pays for, in a few words: `vm-14 (1 month), vm-15 (3 months)`.
    pub fn paid_for(&self, paid_for: &PaidFor) -> String {
        match paid_for {
            PaidFor::Items(items) => {
                let texts: Vec<_> = items.iter().map(|item| self.paid_item(item)).collect();
                texts.join(", ")
            }
            PaidFor::Words(words) => words.clone(),
        }
    }

    fn paid_item(&self, item: &PaidItem) -> String {
        let name = item.name.as_str();
        let what = match &item.server {
            Some(server) => text!(self, purpose_moved, name = name, server = server),
            None => name.to_owned(),
        };
        let length = match &item.period {
            Some(PaidPeriod::Months(months)) => text!(self, purpose_months, months = *months),
            Some(PaidPeriod::Named(named)) => named.clone(),
            None => return what,
        };
        text!(self, purpose_for, what = what, length = length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Language, Medium};

    #[test]
    fn months_are_words_of_the_language() {
        let paid_for = PaidFor::Items(vec![
            PaidItem {
                name: "vm-14".to_owned(),
                server: None,
                period: Some(PaidPeriod::Months(1)),
            },
            PaidItem {
                name: "M-31".to_owned(),
                server: Some("bm-31".to_owned()),
                period: Some(PaidPeriod::Months(12)),
            },
        ]);
        let in_language = |language| Texts::new(language, Medium::Terminal).paid_for(&paid_for);
        assert_eq!(
            in_language(Language::English),
            "vm-14 (1 month), M-31 to bm-31 (12 months)"
        );
        assert_eq!(
            in_language(Language::German),
            "vm-14 (1 Monat), M-31 auf bm-31 (12 Monate)"
        );
    }
}
