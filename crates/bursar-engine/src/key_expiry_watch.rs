//! Warns that the API key expires soon, by the date that the user has entered.

use super::step::Step;
use bursar_domain::clock::Timestamp;
use bursar_domain::notice::{Notice, NoticeKind};

impl Step {
    /// Pushes the warning that is due. The store skips one that it has already, so that only this process's memory is needed
    /// against repetitions.
    pub(super) fn watch_key_expiry(&mut self, now: Timestamp) {
        let watched = self.state.config.signed_in && self.state.notifies_alerts;
        let Some(expiry) = self.state.key_expiry.filter(|_| watched) else {
            return;
        };
        let Some(days) = expiry.due_warning(now) else {
            return;
        };
        let warning = (expiry.date, days);
        if self.state.key_expiry_warned == Some(warning) {
            return;
        }
        self.state.key_expiry_warned = Some(warning);
        let subject = format!("key-{}-{days}", expiry.date);
        self.push_notice(Notice {
            days_left: u32::try_from(expiry.date.days_left(now)).ok(),
            ..self.state.new_notice(NoticeKind::KeyExpires, subject, now)
        });
    }
}
