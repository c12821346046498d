//! What a transaction is, as its label in the log says.

/// The transaction types (交易类型) of the workloads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Opening balances, before anything is measured.
    Funding,
    /// A payment out of a balance: payer, merchant, fee income.
    BalancePayment,
    /// A card payment: channel, merchant, fee income; channel cost, channel payable.
    CardPayment,
    /// A top-up whose channel fee the house bears: channel, customer; fee expense, fee payable.
    TopUp,
    /// Spending on credit: loan, merchant, fee income.
    CreditSpend,
    /// The single off-balance entry beside spending on credit.
    CreditMemo,
    /// Payment into escrow.
    EscrowPay,
    /// Release of escrow to the merchant: escrow, merchant, fee income.
    EscrowConfirm,
    /// A transfer between customers.
    Transfer,
    /// Money put into a red packet.
    PacketSend,
    /// Money taken out of a red packet.
    PacketClaim,
    /// A refund: merchant and fee income give back.
    Refund,
    /// A withholding to a lender.
    Withholding,
    /// Escrow split over several merchants.
    ProfitSplit,
    /// A merchant's balance made payable.
    Settlement,
    /// What is payable paid out by the bank.
    Payout,
}

impl Kind {
    /// The label that goes with the transaction into the log.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Kind::Funding => "opening",
            Kind::BalancePayment => "balance_payment",
            Kind::CardPayment => "card_payment",
            Kind::TopUp => "top_up",
            Kind::CreditSpend => "credit_spend",
            Kind::CreditMemo => "credit_memo",
            Kind::EscrowPay => "escrow_pay",
            Kind::EscrowConfirm => "escrow_confirm",
            Kind::Transfer => "transfer",
            Kind::PacketSend => "red_packet_send",
            Kind::PacketClaim => "red_packet_claim",
            Kind::Refund => "refund",
            Kind::Withholding => "withholding",
            Kind::ProfitSplit => "profit_split",
            Kind::Settlement => "settlement",
            Kind::Payout => "payout",
        }
    }
}
