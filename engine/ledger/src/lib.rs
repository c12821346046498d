//! The pure ledger: money, subjects, accounts, transactions and rules. No actors, no clock, no files, no threads, no
//! randomness: everything is decided here, from arguments alone, and the same code serves live and replay.
//!
//! # A guide for an accountant who can program
//!
//! **Money.** An [`Amount`] is a whole number of a currency's minor units (分), in 64 bits, and a [`Currency`] knows how many
//! decimals it has. A sum that does not fit is refused, never wrapped. A [`Date`] is an accounting date; each entity's books
//! have one current date and a [`YearStart`].
//!
//! **Chart (科目).** A [`Subject`] has a code, a [`SubjectClass`] and a normal side. Accounts hang under leaf subjects; parents
//! sum them up (总账). The [`Catalog`] has everything that has a name: entities, subjects, accounts, customers, types.
//!
//! **Accounts (分户账).** An account is named by an [`AccountKey`] (entity, number, type, currency) or by the dense [`AccountId`]
//! that opening it gives. Balances are kept debit-positive and shown *natural*, positive on the subject's normal side. An
//! account has two states, [`AccountState`] and [`PaymentState`] (`account/states.rs` is the table of what each lets through),
//! limits, an overdraft, a reserve, and [`Hold`]s (冻结): what is held is still there, and not available.
//!
//! **Transactions.** A transaction has an id, and 1 to [`MAX_LEGS`] [`Leg`]s that net to zero in each entity and currency. It is
//! posted whole or refused with one [`Rejection`]. Its id is remembered: the same id with the same content gets the first
//! result again, with other content it is refused. A [`Batch`] carries many; each stands for itself.
//!
//! **Actions.** Besides posting its legs a transaction may do one thing, its [`Action`]: [`Freeze`] and [`Unfreeze`] (冻结, 解冻),
//! [`Raise`] (追加预授权), [`Consume`] (扣划), [`Reverse`] (冲正), [`Refund`] (退款), [`Charge`] (by rules for fees and splits), or a step of TCC ([`Try`], [`Confirm`],
//! [`CancelTry`]). Each has a file in `actions`, whose head lists what it is judged by, in order; [`CarryForward`] (年终结转) is the
//! ledger's own. The order of all checks is the table at the top of `schedule/checks.rs`.
//!
//! **Commands.** Everything else that is asked is a [`Command`]: opening, states and limits, closing a day
//! ([`Command::CloseDay`], 日切), balances, the trial balance. Each has a file in `commands`.
//!
//! **What is written.** Nothing is answered before it is on disk. A round of decisions ends up in a [`Frame`] with a [`Head`] for
//! each transaction and a [`Posting`] for each leg, which tells the balance after it and where the account's entry before lies
//! (`record` has the byte tables). [`Rebuilt`] takes frames back in and gives the same books: [`Row`] has one method that posts,
//! for live and replay.
//!
//! # Driving it
//!
//! The [`Coordinator`] takes [`Request`]s and says, [`Step`] by step, what is to be done outside: orders for [`Shard`]s, frames to
//! write, answers to give out. Actors do that in a node and a seeded scheduler in the simulation; here a loop does, with a
//! journal that is always free:
//!
//! ```
//! use longmen_ledger::*;
//!
//! struct Books {
//!     coordinator: Coordinator,
//!     shards: Vec<Shard>,
//! }
//!
//! impl Books {
//!     fn ask(&mut self, command: Command) -> Answer {
//!         let now_us = 1_790_000_000_000_000;
//!         let reply_to = ReplyTo { session: 1, tag: 1 };
//!         self.coordinator.submit(Request { reply_to, client: ClientId(1), command }, None);
//!         loop {
//!             let orders = match self.coordinator.next(now_us, true) {
//!                 Step::Shards(orders) => orders,
//!                 Step::Merge(unmerged) => self.coordinator.merged(unmerged.iter().map(Unmerged::merge).collect()),
//!                 Step::Seal(mut frame) => {
//!                     // A node writes and syncs the frame here.
//!                     self.coordinator.durable(frame.number);
//!                     return frame.replies.pop().expect("one was asked").1;
//!                 }
//!                 Step::Release(mut replies) => return replies.pop().expect("one was asked").1,
//!                 Step::Snapshot(_) | Step::Idle => unreachable!("a request is under way"),
//!             };
//!             let obey = |(id, order): (ShardId, ShardOrder)| (id, self.shards[usize::from(id.0)].obey(order));
//!             self.coordinator.answered(orders.into_iter().map(obey).collect());
//!         }
//!     }
//! }
//!
//! let settings = LedgerSettings::default();
//! let (coordinator, shards) = Rebuilt::empty(&settings).go_on(settings);
//! let mut books = Books { coordinator, shards };
//!
//! let (entity, cny) = ("LM", Currency::from_code("CNY").unwrap());
//! let start = Date::parse("2026-11-22").unwrap();
//! books.ask(Command::Hello { name: "guide".into() });
//! books.ask(Command::OpenEntity { code: entity.into(), start, year_starts: YearStart::JANUARY });
//! let bank = SubjectOpening::new("100201", "银行存款", SubjectClass::Asset, Side::Debit, true);
//! let users = SubjectOpening::new("220301", "预收账款", SubjectClass::Liability, Side::Credit, true);
//! books.ask(Command::OpenSubjects { entity: entity.into(), subjects: vec![bank, users] });
//! let account = |number: &str, subject: &str, owner, may_go_negative| AccountOpening {
//!     key: AccountKey { entity: entity.into(), number: number.into(), kind: "".into(), currency: cny },
//!     subject: subject.into(),
//!     customer: None,
//!     owner,
//!     may_go_negative,
//!     overdraft_limit: Amount(0),
//!     credit_limit: None,
//!     hot: false,
//! };
//! books.ask(Command::OpenAccounts(vec![
//!     account("bank", "100201", Owner::Internal, true),
//!     account("U1", "220301", Owner::Customer, false),
//! ]));
//!
//! // U1 tops up 12.30: the bank has more, and the house owes U1 more.
//! let leg = |account, step, side, minor| Leg { account: AccountId(account), amount: Amount(minor), currency: cny, step, side };
//! let mut post = |id, bank, user, minor| {
//!     let mut batch = Batch::default();
//!     let draft = Draft { id: TransactionId(id), time: 1_790_000_000, ..Draft::default() };
//!     batch.push(draft, &[leg(1, 1, bank, minor), leg(2, 2, user, minor)], &[]);
//!     match books.ask(Command::Post(batch)) {
//!         Answer::Posted(posted) => posted.results[0],
//!         other => panic!("{other:?}"),
//!     }
//! };
//! assert_eq!(post(7, Side::Debit, Side::Credit, 1_230).rejection, None);
//! assert!(post(7, Side::Debit, Side::Credit, 1_230).repeated);
//! let refused = post(8, Side::Credit, Side::Debit, 1_231);
//! assert_eq!((refused.rejection, refused.step), (Some(Rejection::InsufficientFunds), 2));
//! ```

/// A point at which a test plants a bug. There is none in a build without `planted-bugs`.
#[cfg(not(feature = "planted-bugs"))]
macro_rules! fail_point {
    ($($planted:tt)*) => {{}};
}
#[cfg(feature = "planted-bugs")]
#[macro_use(fail_point)]
extern crate fail;

mod access;
mod account;
mod actions;
mod answer;
mod batch;
mod chart;
mod commands;
mod contents;
mod hot;
mod idempotency;
mod ids;
mod money;
mod proposals;
mod record;
mod rejection;
mod replay;
mod schedule;
mod shard;
mod state;
mod tariff;
mod transaction;

pub use access::acting::Acting;
pub use access::four_eyes::{Caps, FourEyes};
pub use access::operation::Operation;
pub use access::permissions::{Grant, Permissions};
pub use account::change::{AccountChange, AttributeChange, Registration};
pub use account::cold_row::MAX_HOLDS;
pub use account::filter::{AccountFilter, States};
pub use account::hold::{Hold, HoldKind, HoldMove, HoldTerms, MAX_AUTHORITY};
pub use account::registered::Account;
pub use account::row::Row;
pub use account::states::{Touch, refuse};
pub use account::{AccountKey, AccountOpening, AccountRef, AccountState, AccountView, Owner, PaymentState};
pub use actions::Action;
pub use actions::cancel_try::CancelTry;
pub use actions::carry_forward::CarryForward;
pub use actions::charge::{Charge, Party};
pub use actions::confirm::Confirm;
pub use actions::consume::Consume;
pub use actions::freeze::Freeze;
pub use actions::raise::Raise;
pub use actions::refund::Refund;
pub use actions::reverse::Reverse;
pub use actions::try_hold::Try;
pub use actions::unfreeze::Unfreeze;
pub use answer::{
    Answer, Chart, FeeRulesFrom, LegBalance, Made, MadeLegs, Mapping, ModeFrom, Opened, PostResult, Posted,
    ReplyTo, Status, SummarySubject, TrialBalance, TrialLine,
};
pub use batch::{Batch, Draft, MAX_BATCH, MAX_LEGS, MAX_NOTES, MAX_TEXT_ID, Transaction};
pub use chart::account_index::AccountIndex;
pub use chart::booking_mode::BookingMode;
pub use chart::catalog::{Catalog, Entity, Judged, LineKey};
pub use chart::line::{AccountsTotal, Line};
pub use chart::subject::{Subject, SubjectClass, SubjectOpening, is_code};
pub use commands::close_day::{MOST_AHEAD, is_far_ahead};
pub use commands::command::{Command, Request};
pub use commands::list_proposals::Wanted as ProposalsWanted;
pub use contents::content::Content;
pub use hot::gate::Gate;
pub use hot::merge::{BookedLeg, Unmerged};
pub use idempotency::decided::{Decided, Known};
pub use idempotency::generation::SealedIds;
pub use idempotency::index::{IndexHalf, IndexRoom};
pub use idempotency::known_ids::{IdMemory, KnownIds, KnownRef};
pub use idempotency::pages::{ArchivedIds, DamagedArchive, ID_PAGE, IdPages};
pub use idempotency::table::IdTable;
pub use ids::{
    AccountId, ClientId, EntityId, LineId, Position, RecordPlace, ShardId, SubjectId, TransactionId,
    TransactionKey, UnitId,
};
pub use money::amount::{Amount, Side};
pub use money::currency::{AmountError, Currency, MAX_AMOUNT_TEXT};
pub use money::date::{Date, YearStart, show_time};
pub use proposals::decision::{Decision, DecisionKind};
pub use proposals::proposal::{ContentDigest, MAX_CONTENT, MOST_OPEN_US, Proposal, USUALLY_OPEN_US};
pub use proposals::register::{MAX_ENDED, MAX_OPEN, MAX_OPEN_OF_ONE, Proposals, Registered};
pub use record::admin::{Admin, RULES, admin_records};
pub use record::bytes;
pub use record::contradiction::Contradiction;
pub use record::entry::{
    Changed, Counting, Entry, Held, LINK_EVERY, Link, Links, Movement, OpenedEntry, Placement, Posting,
    entries,
};
pub use record::frame::{FrameRecords, ReplayError, is_logged_time};
pub use record::head::{HEAD_BYTES, Head, HotLeg, Outcome, Tail, notes_at, read_tail};
pub use record::image::{LINE_IMAGE, ROW_IMAGE};
pub use record::section::SectionKind;
pub use rejection::Rejection;
pub use replay::rebuilt::{Rebuilt, restore_rows};
pub use schedule::{Coordinator, MOST_BACK, Step};
pub use shard::Shard;
pub use shard::order::{
    ChangeRow, ExpireHolds, Expired, ListRows, OpenRows, PostMerges, ShardOrder, ShardReply, ShowHolds,
    ShowLines, ShowRows, ShownRow,
};
pub use shard::places::{place_of, shard_of};
pub use shard::round::{BalanceAfter, Merge, Part, ShardAnswer, ShardLeg, ShardRound, Visit, Written};
pub use state::frame::{Frame, FrameSection};
pub use state::room::Room;
pub use state::settings::{LedgerSettings, RefundClearing};
pub use state::snapshot_start::SnapshotStart;
pub use state::time_window::TimeWindow;
pub use tariff::{
    MAX_FEE_RULES, MadeLeg, PAYEE, PAYER, Tariff, TariffAccount, TariffAsked, TariffLeg, TariffRole,
    Tariffed, Tariffs, about_fee_rules,
};
pub use transaction::action_code::ActionCode;
pub use transaction::charged::Charged;
pub use transaction::effect::{Effect, EffectKind};
pub use transaction::hidden::{has_blank_end, is_hidden, shows_nothing};
pub use transaction::leg::Leg;
pub use transaction::named::Named;
pub use transaction::notes;
pub use transaction::original::{Naming, Original};
pub use transaction::originals::{Fate, OriginalState, Originals};
pub use transaction::refund_windows::RefundWindows;
