//! The pure ledger: money, subjects, accounts, transactions and rules. No actors, no clock, no files, no threads, no
//! randomness: everything is decided here, from arguments alone, and the same `apply` serves live and replay.

mod account;
mod admin;
mod amount;
mod aside;
mod batcher;
pub mod bytes;
mod command;
mod contradiction;
mod coordinator;
mod currency;
mod date;
mod day_use;
mod deed;
mod directory;
mod effect;
mod entry;
mod gate;
mod head;
mod heat;
mod hidden;
mod hold;
mod id_generation;
mod id_index;
mod id_pages;
mod id_table;
mod ids;
mod image;
mod known_ids;
mod line;
pub mod notes;
mod originals;
#[cfg(feature = "planted-bugs")]
pub mod planted;
mod rebuilt;
mod refunds;
mod registry;
mod rejection;
mod replay;
mod row;
mod shard;
mod shard_order;
mod shard_round;
mod states;
mod subject;
mod transaction;

pub use account::{AccountKey, AccountOpening, AccountState, AccountView, Owner, PaymentState};
pub use admin::{Admin, RULES, admin_records};
pub use amount::{Amount, Side};
pub use batcher::{BookedLeg, Unmerged};
pub use command::{
    AccountRef, Answer, Chart, Command, LegBalance, Mapping, Opened, PostResult, Posted, ReplyTo, Request,
    Status, SummarySubject, TrialBalance, TrialLine,
};
pub use contradiction::Contradiction;
pub use coordinator::{
    Coordinator, Frame, FrameSection, RefundClearing, RefundWindows, Room, SectionKind, Settings,
    SnapshotStart, Step, TimeWindow, is_far_ahead,
};
pub use currency::{AmountError, Currency, MAX_AMOUNT_TEXT};
pub use date::{Date, YearStart, show_time};
pub use deed::{Action, Deed, Freeze, Naming, Original};
pub use directory::Directory;
pub use effect::{Effect, EffectKind};
pub use entry::{
    Changed, Counting, Entry, Held, LINK_EVERY, Link, Links, Movement, OpenedEntry, Placement, Posting,
    entries,
};
pub use gate::Gate;
pub use head::{HEAD_BYTES, Head, HotLeg, Named, Outcome, Tail, notes_at, read_tail};
pub use hidden::is_hidden;
pub use hold::{Hold, HoldKind, HoldMove, HoldTerms, MAX_AUTHORITY};
pub use id_generation::SealedIds;
pub use id_index::{IndexHalf, IndexRoom};
pub use id_pages::{ArchivedIds, DamagedArchive, ID_PAGE, IdPages};
pub use id_table::IdTable;
pub use ids::{
    AccountId, ClientId, EntityId, LineId, Position, RecordPlace, ShardId, SubjectId, TransactionId,
    TransactionKey, UnitId,
};
pub use image::{LINE_IMAGE, ROW_IMAGE};
pub use known_ids::{Decided, IdMemory, Known, KnownIds, KnownRef};
pub use line::{AccountsTotal, Line};
pub use originals::{Fate, OriginalState, Originals};
pub use rebuilt::{Rebuilt, restore_rows};
pub use registry::{Account, Entity, Judged, LineKey, Registry};
pub use rejection::Rejection;
pub use replay::{FrameRecords, ReplayError, is_logged_time};
pub use row::Row;
pub use shard::{MAX_HOLDS, Shard, place_of, shard_of};
pub use shard_order::{AttributeChange, Registration, ShardOrder, ShardReply, ShownRow};
pub use shard_round::{BalanceAfter, Merge, Part, ShardAnswer, ShardLeg, ShardRound, Visit, Written};
pub use states::{Touch, refuse};
pub use subject::{Subject, SubjectClass, SubjectOpening, is_code};
pub use transaction::{Batch, Draft, Leg, MAX_BATCH, MAX_LEGS, MAX_NOTES, MAX_TEXT_ID, Transaction};
