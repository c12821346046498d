//! The pure ledger: money, subjects, accounts, transactions and rules. No actors, no clock, no files, no threads, no
//! randomness: everything is decided here, from arguments alone, and the same `apply` serves live and replay.

mod account;
mod actions;
mod answer;
mod batch;
mod chart;
mod commands;
mod hot;
mod idempotency;
mod ids;
mod money;
#[cfg(feature = "planted-bugs")]
pub mod planted;
mod record;
mod rejection;
mod replay;
mod schedule;
mod shard;
mod state;
mod transaction;

pub use account::change::{AttributeChange, Registration};
pub use account::cold_row::MAX_HOLDS;
pub use account::hold::{Hold, HoldKind, HoldMove, HoldTerms, MAX_AUTHORITY};
pub use account::registered::Account;
pub use account::row::Row;
pub use account::states::{Touch, refuse};
pub use account::{AccountKey, AccountOpening, AccountRef, AccountState, AccountView, Owner, PaymentState};
pub use actions::Action;
pub use actions::cancel_try::CancelTry;
pub use actions::carry_forward::CarryForward;
pub use actions::confirm::Confirm;
pub use actions::consume::Consume;
pub use actions::freeze::Freeze;
pub use actions::raise::Raise;
pub use actions::refund::Refund;
pub use actions::reverse::Reverse;
pub use actions::try_hold::Try;
pub use actions::unfreeze::Unfreeze;
pub use answer::{
    Answer, Chart, LegBalance, Mapping, Opened, PostResult, Posted, ReplyTo, Status, SummarySubject,
    TrialBalance, TrialLine,
};
pub use batch::{Batch, Draft, MAX_BATCH, MAX_LEGS, MAX_NOTES, MAX_TEXT_ID, Transaction};
pub use chart::account_index::AccountIndex;
pub use chart::catalog::{Catalog, Entity, Judged, LineKey};
pub use chart::line::{AccountsTotal, Line};
pub use chart::subject::{Subject, SubjectClass, SubjectOpening, is_code};
pub use commands::close_day::{MOST_AHEAD, is_far_ahead};
pub use commands::{Command, Request};
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
pub use schedule::{Coordinator, Step};
pub use shard::Shard;
pub use shard::order::{
    ChangeRow, ExpireHolds, Expired, OpenRows, PostMerges, ShardOrder, ShardReply, ShowHolds, ShowLines,
    ShowRows, ShownRow,
};
pub use shard::places::{place_of, shard_of};
pub use shard::round::{BalanceAfter, Merge, Part, ShardAnswer, ShardLeg, ShardRound, Visit, Written};
pub use state::frame::{Frame, FrameSection};
pub use state::room::Room;
pub use state::settings::{LedgerSettings, RefundClearing};
pub use state::snapshot_start::SnapshotStart;
pub use state::time_window::TimeWindow;
pub use transaction::action_code::ActionCode;
pub use transaction::effect::{Effect, EffectKind};
pub use transaction::hidden::is_hidden;
pub use transaction::leg::Leg;
pub use transaction::named::Named;
pub use transaction::notes;
pub use transaction::original::{Naming, Original};
pub use transaction::originals::{Fate, OriginalState, Originals};
pub use transaction::refund_windows::RefundWindows;
