//! Questions: what changes nothing. Each is a file with what is asked, what it may cost, and one function that answers it:
//! of the engine for what is current, of the log for what was. [`questions!`] lists them, and nothing else here does.

pub(crate) mod accounts;
pub(crate) mod approve;
pub(crate) mod balance;
pub(crate) mod balance_at;
pub(crate) mod chart;
mod context;
pub(crate) mod cursor;
pub(crate) mod customer;
mod dates;
pub(crate) mod entry;
mod exchange;
pub(crate) mod fee_rules;
pub(crate) mod find;
pub(crate) mod general_ledger;
pub(crate) mod holds;
mod known_accounts;
pub(crate) mod proposals;
pub(crate) mod propose;
pub(crate) mod register;
mod running;
pub(crate) mod statement;
pub(crate) mod status;
pub(crate) mod transaction;
pub(crate) mod trial_balance;

use longmen_access_log::{Record, Subject};
use longmen_engine::ledger::Operation;

use super::in_flight::InFlight;
use super::unanswered::Unanswered;
use context::Ask;
pub(super) use context::Context;
pub(crate) use known_accounts::KnownAccounts;
pub(super) use running::{Running, Step};

/// Makes the questions and their answers of the list of them.
macro_rules! questions {
    ($($(#[$what:meta])* $name:ident($asked:path)),+ $(,)?) => {
        /// A question.
        #[derive(Debug)]
        pub(crate) enum Question {
            $($(#[$what])* $name($asked)),+
        }

        /// What a question comes to.
        #[derive(Debug)]
        pub(crate) enum QuestionAnswer {
            $($(#[$what])* $name(<$asked as Ask>::Answer)),+
        }

        impl Question {
            /// What its answer takes of the permits.
            pub(super) fn price(&self) -> InFlight {
                match self {
                    $(Question::$name(asked) => asked.price()),+
                }
            }

            /// What its caller must be permitted.
            pub(super) fn operation(&self) -> Operation {
                match self {
                    $(Question::$name(_) => <$asked as Ask>::OPERATION),+
                }
            }

            /// What it is about, for the access log.
            pub(super) fn subject(&self) -> Subject {
                match self {
                    $(Question::$name(asked) => asked.subject()),+
                }
            }

            /// Begins to answer it, and ends its record where it has one. Each question takes the memory that it needs itself, and
            /// not that of the largest.
            pub(super) fn begin(self, context: Context, mut record: Option<Box<Record>>) -> Running<Told> {
                match self {
                    $(Question::$name(asked) => Running::new(context, move |context| async move {
                        let answer = asked.ask(&context).await;
                        if let Some(record) = &mut record {
                            let told = |answer| <$asked as Ask>::told(answer, &mut record.subject);
                            record.rows = answer.as_ref().map_or(0, told) as u64;
                            record.outcome = match &answer {
                                Ok(_) => record.subject.outcome(),
                                Err(why) => why.outcome(),
                            };
                        }
                        Told { outcome: answer.map(|answer| Box::new(QuestionAnswer::$name(answer))), record }
                    })),+
                }
            }
        }
    };
}

/// What came of a question, and what the access log keeps of it.
pub(crate) struct Told {
    pub(super) outcome: Result<Box<QuestionAnswer>, Unanswered>,
    pub(super) record: Option<Box<Record>>,
}

questions! {
    /// How accounts stand.
    Balance(balance::BalanceAsked),
    /// A page of accounts.
    Accounts(accounts::AccountsAsked),
    /// The accounts of a customer.
    Customer(customer::CustomerAsked),
    /// A page of holds.
    Holds(holds::HoldsAsked),
    /// The general ledger on the current date.
    TrialBalance(trial_balance::TrialBalanceAsked),
    /// The chart of an entity.
    Chart(chart::ChartAsked),
    /// The rules for fees and splits.
    FeeRules(fee_rules::FeeRulesAsked),
    /// How the node is.
    Status(status::StatusAsked),
    /// A page of an account's entries.
    Statement(statement::StatementAsked),
    /// What an account had at a moment of the past.
    BalanceAt(balance_at::BalanceAtAsked),
    /// The legs of a merged entry.
    Entry(entry::EntryAsked),
    /// A page of a register.
    Register(register::RegisterAsked),
    /// The general ledger over a range of dates.
    GeneralLedger(general_ledger::GeneralLedgerAsked),
    /// A page of transactions that are looked for.
    Find(find::FindAsked),
    Transaction(transaction::TransactionAsked),
    /// A page of proposals.
    Proposals(proposals::ProposalsAsked),
    /// No question, but it takes several steps like one: what is proposed is looked at before it is written down.
    Propose(propose::ProposeAsked),
    /// The same: what is approved is looked at before it is done.
    Approve(approve::ApproveAsked),
}
