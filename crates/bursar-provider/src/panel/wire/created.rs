//! The payment that the panel creates for a request, and how it differs from the request.

use super::money::Unit;
use super::payment::payment_of;
use crate::response_errors::malformed;
use crate::response_fields::{Object, UnreadableParts};
use bursar_domain::error::{CreatedPart, Error, ResponseDetail, ResponseObject, Result};
use bursar_domain::payment::{Created, NewPayment, RemotePayment};

/// Reads the payment that the panel created for the request `new`.
pub(in crate::panel) fn created(body: &[u8], unit: &Unit, new: &NewPayment) -> Result<Created> {
    let object = Object::parse(ResponseObject::Payment, body)?;
    let payment = payment_of(&object, unit, &mut UnreadableParts::default())?;
    Ok(Created {
        payment_id: payment.id.clone(),
        intent_id: payment.id.clone(),
        payment_provider: None,
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
    let is_other = |party: &str, what: ResponseObject, expected: &Option<String>| {
        let party_id = object.object(party, what)?.raw_text("id")?;
        Ok(expected.as_ref().is_some_and(|id| *id != party_id))
    };
    let differs = if !made.amount.equals(&wanted.amount) {
        ResponseDetail::CreatedAmountDiffers {
            amount: made.amount.clone(),
            wanted: wanted.amount.clone(),
        }
    } else if !made.purpose.is_same(&wanted.purpose) {
        made.purpose
            .paid_for()
            .map_or(ResponseDetail::CreatedForBalance, |paid_for| {
                ResponseDetail::CreatedPurposeDiffers {
                    purpose: paid_for.names(),
                }
            })
    } else if is_other("payer", ResponseObject::Payer, &wanted.payer)? {
        ResponseDetail::CreatedPaymentDiffers {
            what: CreatedPart::Payer,
        }
    } else if is_other("method", ResponseObject::Method, &wanted.method)? {
        ResponseDetail::CreatedPaymentDiffers {
            what: CreatedPart::Method,
        }
    } else {
        return Ok(None);
    };
    Ok(Some(malformed(differs)))
}
