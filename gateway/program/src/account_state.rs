//! The states of an account in words.

use longmen_client::Account;

/// Account state and payment state in words.
pub(crate) fn state(account: &Account) -> String {
    let name = account_state(account.account_state);
    match account.payment_state {
        1 => name.to_owned(),
        payment => format!("{name}, {}", payment_state(payment)),
    }
}

/// An account state in words.
pub(crate) fn account_state(state: u8) -> &'static str {
    match state {
        0 => "closed",
        1 => "normal",
        3 => "loss reported",
        4 => "judicial freeze",
        _ => "unknown",
    }
}

/// A payment state in words.
pub(crate) fn payment_state(state: u8) -> &'static str {
    match state {
        0 => "receives only",
        1 => "normal",
        2 => "neither",
        3 => "partial stop",
        4 => "pays only",
        _ => "unknown",
    }
}
