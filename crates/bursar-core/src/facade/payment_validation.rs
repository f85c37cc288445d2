//! Checks a request against the provider's offers: payer, method, period, minimum and maximum amount, and the total
//! that the user confirmed. Each refusal says what to do instead.

use bursar_domain::catalogue::{Catalogue, Method, Period, SavedMethodState};
use bursar_domain::error::{AmountDetail, Code, Error, PaymentDetail, Result};
use bursar_domain::money::Amount;
use bursar_domain::network::Limits;
use bursar_domain::view::{PaymentRequest, Quote};
use std::cmp::Ordering;

/// The named payer, else the one that the named method is linked to, else the provider's first.
pub(super) fn choose_payer(
    catalogue: &Catalogue,
    request: &PaymentRequest,
) -> Result<Option<String>> {
    let payers = &catalogue.payers;
    let Some(named) = &request.payer else {
        let method = catalogue
            .methods
            .iter()
            .find(|method| Some(&method.code) == request.method.as_ref());
        let linked = method.and_then(|method| method.payers.first());
        return Ok(linked.or(payers.first().map(|payer| &payer.id)).cloned());
    };
    if payers.iter().any(|payer| payer.id == *named) {
        return Ok(Some(named.clone()));
    }
    Err(Error::new(Code::PayerUnknown, PaymentDetail::PayerGone))
}

/// The named method, else the payer's default, else the first usable one.
pub(super) fn choose_method<'a>(
    catalogue: &'a Catalogue,
    payer: Option<&str>,
    code: Option<&str>,
) -> Result<&'a Method> {
    let unknown = |detail: PaymentDetail| Error::new(Code::MethodUnknown, detail);
    let mut fitting = catalogue
        .methods
        .iter()
        .filter(|method| method.is_for(payer));
    let Some(code) = code else {
        let usable: Vec<_> = fitting.filter(|method| method.is_usable()).collect();
        let default = usable
            .iter()
            .find(|method| method.saved.as_ref().is_some_and(|saved| saved.is_default));
        return default
            .or_else(|| usable.first())
            .copied()
            .ok_or_else(|| unknown(PaymentDetail::NoMethodOffered));
    };
    let method = fitting
        .find(|method| method.code == code)
        .ok_or_else(|| unknown(PaymentDetail::MethodNotOffered))?;
    match method.saved.as_ref().map(|saved| saved.state) {
        Some(SavedMethodState::Pending) => Err(unknown(PaymentDetail::MethodBeingChecked)),
        Some(SavedMethodState::Failed) => Err(unknown(PaymentDetail::MethodNotConfirmed)),
        Some(SavedMethodState::Confirmed) | None => Ok(method),
    }
}

pub(super) fn find_period<'a>(periods: &'a [Period], id: &str) -> Result<&'a Period> {
    periods
        .iter()
        .find(|period| period.id == id)
        .ok_or_else(no_longer_offered)
}

pub(super) fn no_longer_offered() -> Error {
    Error::new(Code::DueUnknown, PaymentDetail::OfferGone)
}

pub(super) fn check_confirmed_total(quote: &Quote, confirmed: Option<&Amount>) -> Result<()> {
    match (confirmed, &quote.total) {
        (Some(confirmed), Some(total)) if confirmed.equals(total) => Ok(()),
        (Some(_), total) => Err(Error::new(
            Code::TotalChanged,
            total
                .clone()
                .map_or(PaymentDetail::TotalChangedUnknown, |total| {
                    PaymentDetail::TotalChanged { total }
                }),
        )),
        (None, _) if quote.needs_confirmation => Err(Error::new(
            Code::NotConfirmed,
            PaymentDetail::TotalNotConfirmed,
        )),
        (None, _) => Ok(()),
    }
}

/// The minimum amount of a top-up by this method: the provider's, else the network file's; `None` if neither names one.
pub(super) fn minimum_amount<'a>(method: &'a Method, limits: &'a Limits) -> Option<&'a Amount> {
    let named = |amount: &&Amount| !amount.is_zero();
    let own = Some(&method.min).filter(named);
    own.or_else(|| limits.top_up_min.as_ref().filter(named))
}

pub(super) fn check_amount_limits(amount: &Amount, method: &Method, limits: &Limits) -> Result<()> {
    let minimum = minimum_amount(method, limits);
    let too_small = minimum.is_some_and(|minimum| amount.compare(minimum) == Some(Ordering::Less));
    if amount.is_zero() || too_small {
        return Err(Error::new(
            Code::AmountTooSmall,
            match minimum {
                Some(minimum) if method.min.is_zero() => AmountDetail::AmountBelowMinimum {
                    minimum: minimum.clone(),
                },
                Some(minimum) => AmountDetail::AmountBelowMethodMinimum {
                    method: method.name.clone(),
                    minimum: minimum.clone(),
                },
                None => AmountDetail::AmountZero,
            },
        ));
    }
    match &method.max {
        Some(max) if amount.compare(max) == Some(Ordering::Greater) => Err(Error::new(
            Code::AmountTooLarge,
            AmountDetail::AmountAboveMethodMaximum {
                method: method.name.clone(),
                maximum: max.clone(),
            },
        )),
        Some(_) | None => Ok(()),
    }
}
