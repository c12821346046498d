//! The states of an account: as commands say them, and in words.

use longmen_client::Account;

/// An account state, as a command says it.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum AccountState {
    /// 0, 销户
    #[value(alias = "0")]
    Closed = 0,
    /// 1, 正常
    #[value(alias = "1")]
    Normal = 1,
    /// 3, 挂失
    #[value(alias = "3", alias = "loss_reported")]
    LossReported = 3,
    /// 4, 司法冻结
    #[value(alias = "4", alias = "judicial-freeze", alias = "judicial_freeze")]
    Judicial = 4,
}

/// A payment state, as a command says it.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum PaymentState {
    /// 0, 只收不付
    #[value(alias = "0", alias = "receives_only")]
    ReceivesOnly = 0,
    /// 1, 正常
    #[value(alias = "1")]
    Normal = 1,
    /// 2, 不收不付
    #[value(alias = "2")]
    Neither = 2,
    /// 3, 部分止付
    #[value(alias = "3", alias = "partial_stop")]
    PartialStop = 3,
    /// 4, 只付不收
    #[value(alias = "4", alias = "pays_only")]
    PaysOnly = 4,
}

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
