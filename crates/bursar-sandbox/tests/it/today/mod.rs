//! Today's Fluence: balances in USD, payments by crypto and card, promo credits, debt, keys, and the move between the
//! eras. Each answer of the API that a test reads is checked against the public description.

mod card;
mod crypto;
mod debt;
mod eras;
mod keys;
mod money;
mod pages;
mod resources;
