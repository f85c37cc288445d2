//! The payment that the panel creates for a request, and how it differs from the request.

use super::money::Unit;
use super::payment::payment_of;
use crate::response_fields::{Object, UnreadableParts};
use bursar_domain::error::{Code, Error, Result};
use bursar_domain::payment::{Created, NewPayment, RemotePayment};

/// Reads the payment that the panel created for the request `new`.
pub(in crate::panel) fn created(body: &[u8], unit: &Unit, new: &NewPayment) -> Result<Created> {
    let object = Object::parse("a payment", body)?;
    let payment = payment_of(&object, unit, &mut UnreadableParts::default())?;
    Ok(Created {
        payment_id: payment.id.clone(),
        intent_id: payment.id.clone(),
        checkout: payment.checkout.clone(),
        expires_at: payment.expires_at,
        differs: difference(&object, &payment, new)?,
        payment: Some(payment),
    })
}

/// Returns the first difference between the created payment and the requested one.
fn difference(
    object: &Object<'_>,
    made: &RemotePayment,
    wanted: &NewPayment,
) -> Result<Option<Error>> {
    let is_other = |party: &str, expected: &Option<String>| {
        let party_id = object
            .object(party, "a party of the payment")?
            .raw_text("id")?;
        Ok(expected.as_ref().is_some_and(|id| *id != party_id))
    };
    let what = if !made.amount.equals(&wanted.amount) {
        format!(
            "it is of {}, and {} was asked for",
            made.amount.to_brief(),
            wanted.amount.to_brief()
        )
    } else if !made.purpose.is_same(&wanted.purpose) {
        let words = made.purpose.words();
        format!("it is for {}", words.as_deref().unwrap_or("the balance"))
    } else if is_other("payer", &wanted.payer)? {
        "its payer is another".to_owned()
    } else if is_other("method", &wanted.method)? {
        "its method is another".to_owned()
    } else {
        return Ok(None);
    };
    Ok(Some(Error::new(
        Code::AnswerMalformed,
        format!(
            "The provider made a payment that is not what was asked for: {what}. Look at it before you pay, and ask the provider."
        ),
    )))
}
