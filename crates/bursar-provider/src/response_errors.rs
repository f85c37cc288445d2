//! The errors for responses that do not match the API's description.

use bursar_domain::error::{Code, Detail, Error, ResponseDetail};

/// A response that cannot be used.
pub(crate) fn malformed(detail: ResponseDetail) -> Error {
    Error::new(Code::AnswerMalformed, detail)
}

/// Adds the day that the error is about, as `YYYY-MM-DD`.
pub(crate) fn on_day(error: Error, day: &str) -> Error {
    let detail = ResponseDetail::ResponseDay {
        day: day.to_owned(),
        why: Box::new(error.detail),
    };
    Error {
        detail: detail.into(),
        ..error
    }
}

/// The error for a row of the history that cannot be read. It names the payment by its id or number, if that is readable.
pub(crate) fn unreadable_payment(error: &Error, payment: Option<String>) -> Error {
    let detail = error.detail.clone();
    let detail = match payment {
        Some(payment) => Detail::from(ResponseDetail::ResponsePayment {
            payment,
            why: Box::new(detail),
        }),
        None => detail,
    };
    Error::new(Code::LineUnreadable, detail)
}

/// The error for rows that have the same id and differ.
pub(crate) fn listed_twice(payment: String) -> Error {
    Error::new(
        Code::LineUnreadable,
        ResponseDetail::PaymentListedTwice { payment },
    )
}
