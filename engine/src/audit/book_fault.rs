//! Everything that may not hold in the books.

use super::action_fault::ActionFault;
use super::admin_fault::AdminFault;
use super::hold_fault::HoldFault;
use super::ids::id_of;
use crate::ledger::{
    AccountId, ActionCode, BookingMode, ClientId, Currency, Date, EntityId, Position, SubjectId,
    TransactionId, TransactionKey,
};

/// What does not hold in the books. Amounts are minor units, balances debit-positive unless called natural.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BookFault {
    /// A frame's time before 1970, or behind those that clients have.
    #[error("{time_us} is no time that is logged")]
    Time {
        /// Microseconds since 1970.
        time_us: i64,
    },
    /// A section of a kind that no ledger of this version writes.
    #[error("a section of unknown kind {kind}")]
    SectionKind { kind: u16 },
    /// Two sections of one kind and owner: positions in them would mean two records.
    #[error("a second section of kind {kind} and owner {owner}, or one out of order")]
    SectionOrder { kind: u16, owner: u16 },
    /// Bytes under a good sum that are no record.
    #[error("the record cannot be read")]
    Unreadable,
    /// A record with bits set that mean nothing, or contradict it.
    #[error("the record is not as a ledger writes it")]
    Altered,
    /// A section holds another number of records than it says.
    #[error("says that it holds {said} records, and holds {found}")]
    Records {
        /// What the section's header says.
        said: u32,
        /// What it holds.
        found: u32,
    },
    /// Tails do not stand side by side, in the order of their heads.
    #[error("the tail begins at {offset}, where {expected} is the end of those before it")]
    TailPlace {
        /// Where the head says.
        offset: u32,
        /// Where the tails before it end.
        expected: u64,
    },
    /// Bytes of the tails section that belong to no head.
    #[error("the heads' tails take {used} of {bytes} bytes")]
    TailsLeft {
        /// Bytes that tails take.
        used: u64,
        /// Bytes there are.
        bytes: u64,
    },
    /// An entity or subject that does not follow the ones before it.
    #[error("{what} has id {found}, where {expected} comes next")]
    IdOrder {
        /// Entity or subject.
        what: &'static str,
        /// The id.
        found: u64,
        /// The next one.
        expected: u64,
    },
    /// An entity that no record has opened.
    #[error("entity {entity} was never opened")]
    UnknownEntity { entity: EntityId },
    /// A close of day that does not close the current date, or does not go forward.
    #[error("closes {closed} and begins {next}, where {current} is the entity's date")]
    DateClosing {
        /// The date it closes.
        closed: Date,
        /// The date it begins.
        next: Date,
        /// The current date.
        current: Date,
    },
    /// An administrative record that cannot be.
    #[error(transparent)]
    Admin(#[from] AdminFault),
    /// An opened account whose attributes contradict its subject.
    #[error("account {account} is opened under subject {subject}, {why}")]
    Opening {
        account: AccountId,
        subject: SubjectId,
        /// What contradicts.
        why: &'static str,
    },
    /// An account opened again.
    #[error("account {account} was opened before")]
    OpenedTwice { account: AccountId },
    /// Account ids leave a gap.
    #[error("opens account {account}, and accounts before it were never opened")]
    AccountGap { account: AccountId },
    /// Opened accounts number a line of the general ledger, or an entity and currency, out of its turn.
    #[error("opens accounts under {what} {number}, which is not the next")]
    NumberOrder { what: &'static str, number: u32 },
    /// A record of an account before it was opened.
    #[error("account {account} is not open yet")]
    NotOpened { account: AccountId },
    /// A record that does not follow the last one of its account.
    #[error("account {account}: names {previous} as the record before it, which is {last}")]
    Chain {
        account: AccountId,
        /// The record it names.
        previous: Position,
        /// The account's last record.
        last: Position,
    },
    /// Before + amount = after does not hold.
    #[error("account {account}: {before} before and {amount} make not {after}")]
    Balance {
        account: AccountId,
        /// The balance before.
        before: i128,
        /// What the entry moves.
        amount: i128,
        /// The balance after, as the entry says.
        after: i128,
    },
    /// The entry's frozen amount is not the account's.
    #[error(
        "account {account}: {said} frozen after the record, where nothing has changed the {frozen} before"
    )]
    Frozen {
        account: AccountId,
        /// What the entry says.
        said: i64,
        /// What the account has.
        frozen: i64,
    },
    /// The entry counts in a subject that is not its account's.
    #[error("account {account}: counts in subject {found}, and the account belongs to {subject}")]
    Subject {
        account: AccountId,
        /// The entry's subject.
        found: SubjectId,
        /// The account's.
        subject: SubjectId,
    },
    /// The entry's date is not its transaction's.
    #[error("account {account}: dated {date}, and its transaction {head}")]
    EntryDate {
        account: AccountId,
        /// The entry's date.
        date: Date,
        /// The head's.
        head: Date,
    },
    /// A date that is closed, or has not begun.
    #[error("dated {date}, which is closed or not begun: the date of entity {entity} is {current}")]
    ClosedDate {
        entity: EntityId,
        date: Date,
        /// The entity's date at that point.
        current: Date,
    },
    /// An entry of a transaction that the frame does not have.
    #[error("an entry of transaction {ordinal}, and the frame has {heads}")]
    NoHead {
        ordinal: u32,
        /// How many heads there are.
        heads: u32,
    },
    /// A leg of a transaction that was refused or cancelled.
    #[error("transaction {ordinal} was refused or cancelled, and has a leg on account {account}")]
    NotPosted {
        ordinal: u32,
        /// The leg's account.
        account: AccountId,
    },
    /// Another number of legs than the head says.
    #[error("says that it has {said} legs, and has {found}")]
    Legs {
        /// What the head says.
        said: u16,
        /// How many there are.
        found: u32,
    },
    /// A posted transaction counts in another entity than its first account's.
    #[error("counts in entity {said}, and its first account belongs to entity {found}")]
    HeadEntity {
        /// What the head says.
        said: EntityId,
        /// The account's entity.
        found: EntityId,
    },
    /// A posted transaction without legs.
    #[error("is posted, and has no legs")]
    NoLegs,
    /// Debits and credits of a transaction differ.
    #[error("debits less credits are {net} {currency} in entity {entity}")]
    Unbalanced {
        entity: EntityId,
        currency: Currency,
        /// Debits less credits.
        net: i128,
    },
    /// Off-balance and on-balance legs in one transaction.
    #[error("off-balance legs and others in one transaction")]
    MixedOffBalance,
    /// Memo legs without a leg on another account of their entity.
    #[error("memo legs alone in entity {entity}")]
    MemoAlone { entity: EntityId },
    /// Not the sides that the booking mode of the transaction's type asks for on its date.
    #[error(
        "is not booked as its type `{}` is in entity {entity}: {}",
        .kind.escape_debug(), .mode.name()
    )]
    BookingMode {
        entity: EntityId,
        /// The type; empty: none.
        kind: Box<str>,
        /// How it is booked.
        mode: BookingMode,
    },
    /// A memo account on which something is held.
    #[error("account {account}: is a memo account, and something of it is held")]
    MemoHold { account: AccountId },
    /// A leg that is there twice, or stands before one of an earlier transaction or step.
    #[error("account {account}: transaction {ordinal} step {step} is there twice or out of order")]
    LegOrder {
        account: AccountId,
        /// The transaction.
        ordinal: u32,
        step: u16,
    },
    /// A merged entry of more legs than the frame's transactions have left, or of none.
    #[error("account {account}: merges {count} legs, and the frame has {left} left")]
    MergedCount {
        account: AccountId,
        /// How many it says.
        count: u32,
        /// How many there are.
        left: u64,
    },
    /// A merged entry whose totals are not the sums of its legs.
    #[error(
        "account {account}: merges {debit} debit and {credit} credit, its legs are {debits} and {credits}"
    )]
    MergedTotal {
        account: AccountId,
        /// The debit total it says.
        debit: i128,
        /// The credit total it says.
        credit: i128,
        /// The sum of the debit legs.
        debits: i128,
        /// The sum of the credit legs.
        credits: i128,
    },
    /// Hot legs that no merged entry has taken.
    #[error("account {account}: {left} hot legs are in no merged entry")]
    Unmerged {
        account: AccountId,
        /// How many.
        left: u64,
    },
    /// More was taken out than was available.
    #[error("account {account}: available is {available} after a transaction that takes out")]
    Funds {
        account: AccountId,
        /// Natural balance - frozen - withholding reserve + overdraft limit.
        available: i128,
    },
    /// More was put in than the credit limit lets.
    #[error("account {account}: the natural balance is {natural}, and its limit {limit}")]
    CreditLimit {
        account: AccountId,
        /// The natural balance.
        natural: i128,
        limit: i64,
    },
    /// The move of a hold does not lead from what was frozen before to what is after.
    #[error("account {account}: {before} frozen before and {amount} make not {after}")]
    FrozenMove {
        account: AccountId,
        /// The sum of its open holds before.
        before: i64,
        /// What the record adds.
        amount: i64,
        /// The sum after, as the record says.
        after: i64,
    },
    /// A move of a hold that does not follow from the moves before it.
    #[error("account {account}: the hold of {} of client {} {fault}", id_of(.hold.id, .text_id), .hold.client)]
    Hold {
        account: AccountId,
        hold: TransactionKey,
        /// The text that its id was given as; empty where it was a number.
        text_id: Box<str>,
        /// What does not hold.
        fault: HoldFault,
    },
    /// What is frozen of an account is not the sum of its holds.
    #[error("account {account}: {frozen} are frozen, and its holds have {holds}")]
    FrozenTotal {
        account: AccountId,
        /// What is frozen.
        frozen: i64,
        /// The sum of what remains of its holds.
        holds: i64,
    },
    /// A record that the states of its account do not let through.
    #[error("account {account}: its states do not let {what} through")]
    State {
        account: AccountId,
        /// What they do not let through.
        what: &'static str,
    },
    /// A leg that moves nothing, or a negative one that is no reversal in red.
    #[error("account {account}: a leg of {amount}, which no transaction like this can have")]
    LegAmount {
        account: AccountId,
        /// The leg's amount.
        amount: i64,
    },
    /// A transaction took more than the limit for one.
    #[error("account {account}: a transaction takes {taken}, and its limit is {limit}")]
    TransactionLimit {
        account: AccountId,
        /// What it took.
        taken: i128,
        limit: i64,
    },
    /// The transactions of a date took more than the limit for it.
    #[error("account {account}: the transactions of the date take {taken}, and its limit is {limit}")]
    DayLimit {
        account: AccountId,
        /// What they took.
        taken: i128,
        limit: i64,
    },
    /// A leg counts against the day limit where it must not, or does not where it must.
    #[error("account {account}: a leg counts otherwise against the day limit than what it belongs to")]
    Counting { account: AccountId },
    /// A change that an account cannot take.
    #[error("account {account}: is changed, {why}")]
    Changed {
        account: AccountId,
        /// Why it cannot be.
        why: &'static str,
    },
    /// A posting without the link that it must carry, or with another one.
    #[error("account {account}: carries {} link", if *.due { "no or another" } else { "a" })]
    Link {
        account: AccountId,
        /// Whether the posting must carry one.
        due: bool,
    },
    /// A transaction whose records do not make what its head says that it does.
    #[error("a {} {fault}", .action.name())]
    Action {
        /// What it says that it does.
        action: ActionCode,
        /// What does not hold.
        fault: ActionFault,
    },
    /// Debits and credits of a frame differ.
    #[error("debits less credits of the frame's entries are {net} {currency} in entity {entity}")]
    FrameUnbalanced {
        entity: EntityId,
        currency: Currency,
        /// Debits less credits.
        net: i128,
    },
    /// A transaction id with a second head, too soon after the first: no ledger can have forgotten it.
    #[error("id {id} of client {client} was decided before, in frame {frame}, transaction {ordinal}")]
    IdTwice {
        client: ClientId,
        id: TransactionId,
        /// The frame of the first head.
        frame: u64,
        ordinal: u32,
    },
    /// A text beside an id that it does not stand for.
    #[error("`{}` is kept as the text of an id that it does not stand for", .text.escape_debug())]
    TextId { text: Box<str> },
    /// A second account of the same entity, number, type and currency.
    #[error("account {account} has the name of account {first}")]
    KeyTwice {
        account: AccountId,
        /// The one that had it first.
        first: AccountId,
    },
    /// Debits and credits of an entity and currency differ.
    #[error("debits less credits are {net} {currency} in entity {entity}")]
    UnitTotal {
        entity: EntityId,
        currency: Currency,
        /// Debits less credits.
        net: i128,
    },
    /// What the general ledger's debits come to less its credits is not what memo accounts have on the other side.
    #[error("debits less credits are {net} {currency} in entity {entity}, and memo accounts come to {memo}")]
    MemoNet {
        entity: EntityId,
        currency: Currency,
        /// Debits less credits, without memo accounts.
        net: i128,
        /// The sum of the memo accounts, debit-positive.
        memo: i128,
    },
    /// A subject's total is not the sum of its accounts.
    #[error("subject {subject} has {total} {currency} by its entries, and its accounts have {accounts}")]
    SubjectTotal {
        subject: SubjectId,
        currency: Currency,
        /// The sum of its entries.
        total: i128,
        /// The sum of its accounts' balances.
        accounts: i128,
    },
}
