//! The constants of the wire: header, formats, operations, caps. `docs/PROTOCOL.md` describes them for other
//! languages.

use strum::{EnumCount, FromRepr, IntoStaticStr, VariantArray};

/// The version of the protocol that this crate speaks.
pub const PROTOCOL_VERSION: u8 = 1;
/// Bytes of the length that every frame starts with; it counts what follows it.
pub const LENGTH_BYTES: usize = 4;
/// Bytes of the header behind the length.
pub const HEADER_BYTES: usize = 12;
/// Length and header together.
pub const PREFIX_BYTES: usize = LENGTH_BYTES + HEADER_BYTES;
/// Set in the operation of every answer.
pub const ANSWER_BIT: u16 = 0x8000;
/// The operation of an answer that speaks of the connection and not of a request: the node closes it afterwards.
pub const CONNECTION: u16 = 0;
/// The status of an answer that is no refusal.
pub const OK: &str = "ok";

/// Bytes of the reason for which a question is asked.
pub const MAX_REASON: usize = 512;

/// The longest request that a node takes by default: header and body, in bytes.
pub const MAX_REQUEST: u32 = 4 << 20;
/// The longest frame that a node takes before it has answered a hello.
pub const MAX_HELLO: u32 = 1 << 10;
/// The longest answer that a node sends: header and body, in bytes.
pub const MAX_ANSWER: u32 = 64 << 20;
/// The most transactions, openings or accounts of one request.
pub const MAX_BATCH: usize = 8_192;
/// The most legs of one transaction.
pub const MAX_LEGS: usize = 512;
/// The most bytes of notes of one transaction, three bytes of overhead for each note included.
pub const MAX_NOTES: usize = 2_048;
/// The highest step of a leg.
pub const MAX_STEP: u16 = 0x7FFF;
/// The most lines of a statement page, and the most accounts of a list page.
pub const MAX_LIST: u32 = 1_000;
/// The most transactions of one request that name an original.
pub const MAX_ORIGINALS: usize = 512;

/// The codes of rejections by their numbers in compact answers, counted from 1.
pub const REJECTIONS: [&str; 53] = [
    "malformed",
    "unbalanced",
    "invalid_amount",
    "mixed_off_balance",
    "currency_mismatch",
    "idempotency_conflict",
    "cancelled",
    "too_old",
    "too_new",
    "already_posted",
    "unknown_entity",
    "unknown_account",
    "unknown_subject",
    "not_leaf",
    "unknown_transaction",
    "key_conflict",
    "date_closed",
    "not_empty",
    "account_state",
    "payment_state",
    "insufficient_funds",
    "limit_exceeded",
    "busy",
    "out_of_disk",
    "shutting_down",
    "not_authenticated",
    "unknown_freeze",
    "unknown_original",
    "already_reversed",
    "refund_exceeded",
    "refund_window",
    "freeze_exceeded",
    "freeze_expired",
    "wrong_authority",
    "day_limit_exceeded",
    "chart_conflict",
    "wrong_class",
    "time_required",
    "date_ahead",
    "value_date",
    "forbidden",
    "version_conflict",
    "reason_required",
    "needs_approval",
    "own_proposal",
    "digest_mismatch",
    "unknown_proposal",
    "proposal_closed",
    "memo_alone",
    "booking_mode",
    "no_rule",
    "fee_above_amount",
    "wrong_parties",
];

/// How a body is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Format {
    /// MessagePack; every operation has it.
    MessagePack = 0,
    /// Fixed little-endian fields; only [`Operation::Post`] has it.
    Compact = 1,
}

impl Format {
    /// The format of a number on the wire.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Format> {
        match number {
            0 => Some(Format::MessagePack),
            1 => Some(Format::Compact),
            _ => None,
        }
    }
}

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumCount, FromRepr, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
#[repr(u16)]
pub enum Operation {
    /// Says who the client is; the first request of a connection.
    Hello = 1,
    /// Asks for nothing but an answer.
    Ping = 2,
    /// How the node is.
    Status = 3,
    /// Opens an accounting entity (会计主体).
    OpenEntity = 16,
    /// Opens subjects (科目).
    OpenSubjects = 17,
    /// Opens accounts (分户账).
    OpenAccounts = 18,
    /// Sets the states of an account.
    SetState = 19,
    /// Gives an account a batching actor (热点账户), or takes it away.
    SetHot = 20,
    /// Ends the accounting date of an entity (日切).
    CloseDay = 21,
    /// Sets the withholding reserve (代扣备用金) of an account.
    SetReserve = 22,
    /// Sets the limits (限额) of an account.
    SetLimits = 23,
    /// Ties an account to a customer (客户号).
    MapCustomer = 24,
    /// Says which subject accounts of a type get.
    MapType = 25,
    /// Says by its digest which access file holds from now on.
    ChangeAccess = 26,
    /// Says how transactions of a type are booked.
    SetBookingMode = 27,
    /// Sets the rules for fees and splits (手续费, 分账).
    SetFeeRules = 28,
    /// Posts transactions.
    Post = 32,
    /// Cancels a transaction id.
    Cancel = 33,
    /// Proposes what takes a second principal (经办).
    Propose = 34,
    /// Approves what another proposed, and has it done (复核通过).
    Approve = 35,
    /// Rejects what another proposed (复核退回).
    Reject = 36,
    /// Takes back what one proposed oneself (撤回).
    Withdraw = 37,
    /// The state of accounts.
    Balance = 48,
    /// Accounts in order of opening.
    Accounts = 49,
    /// The entries (流水) of an account, newest first.
    Statement = 50,
    /// A transaction of this client by its id.
    Transaction = 51,
    /// The general ledger at its leaves (余额表).
    TrialBalance = 52,
    /// The accounts of a customer.
    Customer = 53,
    /// Holds (冻结) and what remains of them.
    Holds = 54,
    /// The chart of an entity (科目表).
    Chart = 55,
    /// The general ledger (总账) over a range of accounting dates.
    GeneralLedger = 56,
    /// What an account had at a moment of the past.
    BalanceAt = 57,
    /// The legs that a merged entry stands for.
    Entry = 58,
    /// Who changed what, when and why (登记簿).
    Register = 59,
    /// Transactions by their reference, or by an id that some client gave.
    Find = 60,
    /// What is proposed, and what became of it.
    Proposals = 61,
    /// The rules for fees and splits of an entity.
    FeeRules = 62,
}

impl Operation {
    /// Every operation, by number.
    pub const ALL: [Operation; Operation::COUNT] =
        *Operation::VARIANTS.first_chunk().expect("as many as are counted");

    /// The number on the wire.
    #[must_use]
    pub fn number(self) -> u16 {
        self as u16
    }

    /// Whether it can be proposed.
    #[must_use]
    pub fn may_be_proposed(self) -> bool {
        matches!(
            self,
            Operation::Post
                | Operation::SetState
                | Operation::SetHot
                | Operation::SetReserve
                | Operation::SetLimits
                | Operation::CloseDay
                | Operation::MapCustomer
                | Operation::MapType
                | Operation::ChangeAccess
                | Operation::SetBookingMode
                | Operation::SetFeeRules
        )
    }

    /// The operation of a number on the wire.
    #[must_use]
    pub fn from_number(number: u16) -> Option<Operation> {
        Operation::from_repr(number)
    }

    /// The name in the documentation, such as `open_accounts`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// What stands between a frame's length and its body.
///
/// | offset | bytes | field |
/// | --- | --- | --- |
/// | 0 | 1 | protocol version, 1 |
/// | 1 | 1 | format of the body |
/// | 2 | 2 | operation; with [`ANSWER_BIT`] in answers |
/// | 4 | 8 | tag: chosen by the client, echoed in the answer |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The format's number.
    pub format: u8,
    /// The operation's number, with [`ANSWER_BIT`] in answers.
    pub operation: u16,
    /// The client's own number for the request.
    pub tag: u64,
}

impl Header {
    /// The header of a request.
    #[must_use]
    pub fn request(operation: Operation, format: Format, tag: u64) -> Header {
        Header { format: format as u8, operation: operation.number(), tag }
    }

    /// The header of the answer to a request with this header.
    #[must_use]
    pub fn answer(self, format: Format) -> Header {
        Header { format: format as u8, operation: self.operation | ANSWER_BIT, tag: self.tag }
    }

    /// The bytes on the wire.
    #[must_use]
    pub fn to_bytes(self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[0] = PROTOCOL_VERSION;
        bytes[1] = self.format;
        bytes[2..4].copy_from_slice(&self.operation.to_le_bytes());
        bytes[4..].copy_from_slice(&self.tag.to_le_bytes());
        bytes
    }

    /// Reads a header; the version is not checked here.
    #[must_use]
    pub(crate) fn from_bytes(bytes: &[u8; HEADER_BYTES]) -> Header {
        let [_version, format, low, high, tag @ ..] = *bytes;
        Header { format, operation: u16::from_le_bytes([low, high]), tag: u64::from_le_bytes(tag) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_operations_come_back_and_leave_the_answer_bit_free() {
        for operation in Operation::ALL {
            assert_eq!(Operation::from_number(operation.number()), Some(operation));
            assert_eq!(operation.number() & ANSWER_BIT, 0);
            assert_ne!(operation.number(), CONNECTION);
        }
        assert_eq!(Operation::from_number(0), None);
        assert_eq!(Operation::from_number(0x8001), None);
    }

    #[test]
    fn headers_come_back_as_written() {
        let header = Header::request(Operation::Post, Format::Compact, u64::MAX - 1);
        assert_eq!(Header::from_bytes(&header.to_bytes()), header);
        assert_eq!(header.answer(Format::Compact).operation, 0x8020);
    }
}
