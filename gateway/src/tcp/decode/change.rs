//! Changes of accounts and of the books' calendar and names, with who asks for them and why.

use longmen_engine::ledger::notes::{self, Note};
use longmen_engine::ledger::{
    AccountChange, AccountRef, AccountState, Amount, AttributeChange, BookingMode, Command, Currency,
    MAX_FEE_RULES, MAX_NOTES, PaymentState, Position, shows_nothing,
};

use super::reader::{Reader, read_elements, read_fields, read_fields_and_nils};
use super::value::{
    MAX_CODE, MAX_KIND, Written, account, currency, customer_id, date, entity, opened, position, required,
    state,
};
use crate::service::Fault;

/// Hexadecimal digits of the digest of a file.
const DIGEST: usize = 64;
/// The longest name of a booking mode.
const MAX_MODE: usize = 16;
/// Accounts that a close of a year carries to: one for each currency there is.
const MAX_TARGETS: usize = 256;

/// Who asks for a change, on what approval and why.
#[derive(Default)]
struct Register<'a> {
    texts: [&'a str; 3],
}

impl<'a> Register<'a> {
    /// The names of its fields: they stand behind those of the change.
    const NAMES: [&'static str; 3] = ["operator", "approval", "reason"];

    fn read(&mut self, index: usize, reader: &mut Reader<'a>) -> Result<(), Fault> {
        self.texts[index] = reader.text(MAX_NOTES)?;
        Ok(())
    }

    fn lacks_approval(&self) -> bool {
        shows_nothing(self.texts[1])
    }

    fn notes(self) -> Result<Box<[u8]>, Fault> {
        let mut bytes = Vec::new();
        for (note, text) in [Note::Operator, Note::Approval, Note::Reason].into_iter().zip(self.texts) {
            notes::write(&mut bytes, note, text);
        }
        match bytes.len() {
            0..=MAX_NOTES => Ok(bytes.into()),
            many => Err(Fault::too_many("has more notes than are allowed, in bytes", many, MAX_NOTES)),
        }
    }
}

/// Reads a struct of the fields in `names` and those of the register behind them.
fn read_registered<'a, const N: usize>(
    reader: &mut Reader<'a>,
    names: [&'static str; N],
    mut field: impl FnMut(usize, &mut Reader<'a>) -> Result<(), Fault>,
) -> Result<Box<[u8]>, Fault> {
    let mut register = Register::default();
    let all: Vec<&'static str> = names.into_iter().chain(Register::NAMES).collect();
    read_fields(reader, &all, |index, reader| match index.checked_sub(N) {
        Some(index) => register.read(index, reader),
        None => field(index, reader),
    })?;
    register.notes()
}

/// What every change of an account has besides what it sets: it stands behind that.
#[derive(Default)]
struct Besides<'a> {
    register: Register<'a>,
    expected: Option<Position>,
}

impl<'a> Besides<'a> {
    const NAMES: [&'static str; 4] = [Register::NAMES[0], Register::NAMES[1], Register::NAMES[2], "expected"];

    fn read(&mut self, index: usize, reader: &mut Reader<'a>) -> Result<(), Fault> {
        match index {
            3 => self.expected = Some(position(reader)?),
            _ => self.register.read(index, reader)?,
        }
        Ok(())
    }

    /// The change, with amounts in the currency that they were given in.
    fn change(
        self,
        of: Option<AccountRef>,
        change: AttributeChange,
        currency: Option<Currency>,
    ) -> Result<Command, Fault> {
        let (account, expected) = (required(of, "account")?, self.expected);
        let notes = self.register.notes()?;
        Ok(Command::Change(Box::new(AccountChange { account, change, currency, expected, notes })))
    }
}

/// Reads a struct of the fields in `names` and those that every change of an account has behind them.
fn read_change<'a, const N: usize>(
    reader: &mut Reader<'a>,
    names: [&'static str; N],
    mut field: impl FnMut(usize, &mut Reader<'a>) -> Result<(), Fault>,
) -> Result<Besides<'a>, Fault> {
    let mut besides = Besides::default();
    let all: Vec<&'static str> = names.into_iter().chain(Besides::NAMES).collect();
    read_fields(reader, &all, |index, reader| match index.checked_sub(N) {
        Some(index) => besides.read(index, reader),
        None => field(index, reader),
    })?;
    Ok(besides)
}

pub(super) fn read_set_state(reader: &mut Reader<'_>) -> Result<Command, Fault> {
    let (mut of, mut account_state, mut payment_state) = (None, None, None);
    let names = ["account", "account_state", "payment_state"];
    let besides = read_change(reader, names, |index, reader| {
        match index {
            0 => of = Some(account(reader)?),
            1 => account_state = Some(state(AccountState::from_number(reader.integer()?))?),
            _ => payment_state = Some(state(PaymentState::from_number(reader.integer()?))?),
        }
        Ok(())
    })?;
    besides.change(of, AttributeChange::States { account_state, payment_state }, None)
}

pub(super) fn read_change_access(reader: &mut Reader<'_>) -> Result<Command, Fault> {
    let mut digest = None;
    let notes = read_registered(reader, ["digest"], |_, reader| {
        digest = Some(reader.text(DIGEST)?.into());
        Ok(())
    })?;
    Ok(Command::ChangeAccess { digest: required(digest, "digest")?, notes })
}

pub(super) fn read_set_hot(reader: &mut Reader<'_>) -> Result<Command, Fault> {
    let (mut of, mut hot) = (None, None);
    let besides = read_change(reader, ["account", "hot"], |index, reader| {
        match index {
            0 => of = Some(account(reader)?),
            _ => hot = Some(reader.flag()?),
        }
        Ok(())
    })?;
    let hot = required(hot, "hot")?;
    besides.change(of, AttributeChange::Hot(hot), None)
}

pub(super) fn read_set_reserve(reader: &mut Reader<'_>) -> Result<Command, Fault> {
    let (mut of, mut written, mut in_currency) = (None, None, None);
    let besides = read_change(reader, ["account", "amount", "currency"], |index, reader| {
        match index {
            0 => of = Some(account(reader)?),
            1 => written = Some(Written::read(reader)?),
            _ => in_currency = Some(currency(reader)?),
        }
        Ok(())
    })?;
    let in_currency = in_currency.or(currency_of(of.as_ref()));
    let amount = limit(required(written, "amount")?, in_currency, "amount")?;
    besides.change(of, AttributeChange::Reserve(amount), in_currency)
}

fn currency_of(account: Option<&AccountRef>) -> Option<Currency> {
    match account? {
        AccountRef::Key(key) => Some(key.currency),
        AccountRef::Id(_) => None,
    }
}

fn limit(written: Written<'_>, currency: Option<Currency>, name: &'static str) -> Result<Amount, Fault> {
    let amount = match (written, currency) {
        (Written::Minor(minor), _) => minor.map(Amount),
        (decimal, Some(currency)) => decimal.amount(currency).map_err(|fault| fault.in_field(name))?,
        (_, None) => return Err(Fault::new("is missing").in_field("currency")),
    };
    let amount = amount.filter(|amount| amount.0 >= 0);
    amount.ok_or_else(|| Fault::amount("negative, too fine or too large").in_field(name))
}

const LIMITS: [&str; 10] = [
    "account",
    "overdraft_limit",
    "credit_limit",
    "transaction_limit",
    "day_limit",
    "currency",
    Besides::NAMES[0],
    Besides::NAMES[1],
    Besides::NAMES[2],
    Besides::NAMES[3],
];

/// Here a nil says more than an absent field: a limit that is absent stays, one that is nil is taken away.
pub(super) fn read_set_limits(reader: &mut Reader<'_>) -> Result<Command, Fault> {
    let (mut of, mut in_currency, mut besides) = (None, None, Besides::default());
    let mut limits: [Option<Option<Written<'_>>>; 4] = [None; 4];
    read_fields_and_nils(reader, &LIMITS, |index, reader| {
        let is_nil = reader.take_nil()?;
        match index {
            1..=4 if is_nil => limits[index - 1] = Some(None),
            _ if is_nil => {}
            0 => of = Some(account(reader)?),
            1..=4 => limits[index - 1] = Some(Some(Written::read(reader)?)),
            5 => in_currency = Some(currency(reader)?),
            _ => besides.read(index - 6, reader)?,
        }
        Ok(())
    })?;
    let in_currency = in_currency.or(currency_of(of.as_ref()));
    let read = |index: usize| {
        let to = |written: Option<Written<'_>>| {
            written.map(|to| limit(to, in_currency, LIMITS[index])).transpose()
        };
        limits[index - 1].map(to).transpose()
    };
    let limits = AttributeChange::Limits {
        overdraft: read(1)?.map(Option::unwrap_or_default),
        credit: read(2)?,
        transaction: read(3)?,
        day: read(4)?,
    };
    besides.change(of, limits, in_currency)
}

pub(super) fn read_close_day(reader: &mut Reader<'_>) -> Result<Command, Fault> {
    let (mut of, mut next, mut carry_forward, mut forced) = (None, None, Vec::new(), false);
    let mut register = Register::default();
    let [operator, approval, reason] = Register::NAMES;
    let names = ["entity", "next", "carry_forward", operator, approval, reason, "forced"];
    read_fields(reader, &names, |index, reader| {
        match index {
            0 => of = Some(entity(reader)?),
            1 => next = Some(date(reader)?),
            2 => carry_forward = targets(reader)?,
            6 => forced = reader.flag()?,
            _ => register.read(index - 3, reader)?,
        }
        Ok(())
    })?;
    if forced && register.lacks_approval() {
        return Err(Fault::new("is none of which something can be seen, and a forced close needs one")
            .in_field(approval));
    }
    let (entity, next) = (required(of, "entity")?, required(next, "next")?);
    Ok(Command::CloseDay { entity, next, carry_forward, forced, notes: register.notes()? })
}

/// One account, or a list of them. A natural key by position is an array too, but begins with a text.
fn targets(reader: &mut Reader<'_>) -> Result<Vec<AccountRef>, Fault> {
    if reader.is_at_list()? {
        read_elements(reader, MAX_TARGETS, account)
    } else {
        account(reader).map(|one| vec![one])
    }
}

pub(super) fn read_map_customer(reader: &mut Reader<'_>) -> Result<Command, Fault> {
    let (mut of, mut customer) = (None, None);
    let notes = read_registered(reader, ["account", "customer"], |index, reader| {
        match index {
            0 => of = Some(account(reader)?),
            _ => customer = Some(opened(customer_id(reader)?)?),
        }
        Ok(())
    })?;
    let (account, customer) = (required(of, "account")?, required(customer, "customer")?);
    Ok(Command::MapCustomer { account, customer, notes })
}

pub(super) fn read_map_type(reader: &mut Reader<'_>) -> Result<Command, Fault> {
    let (mut of, mut kind, mut subject, mut from) = (None, None, None, None);
    let notes = read_registered(reader, ["entity", "type", "subject", "from"], |index, reader| {
        match index {
            0 => of = Some(entity(reader)?),
            1 => kind = Some(opened(reader.text(MAX_KIND)?)?),
            2 => subject = Some(reader.text(MAX_CODE)?),
            _ => from = Some(date(reader)?),
        }
        Ok(())
    })?;
    Ok(Command::MapType {
        entity: required(of, "entity")?,
        kind: required(kind.filter(|kind| !kind.is_empty()), "type")?.into(),
        subject: required(subject, "subject")?.into(),
        from: required(from, "from")?,
        notes,
    })
}

pub(super) fn read_set_booking_mode(reader: &mut Reader<'_>) -> Result<Command, Fault> {
    let (mut of, mut kind, mut mode, mut from) = (None, None, None, None);
    let notes = read_registered(reader, ["entity", "type", "mode", "from"], |index, reader| {
        match index {
            0 => of = Some(entity(reader)?),
            1 => kind = Some(opened(reader.text(MAX_KIND)?)?),
            2 => mode = Some(read_mode(reader)?),
            _ => from = Some(date(reader)?),
        }
        Ok(())
    })?;
    Ok(Command::SetBookingMode {
        entity: required(of, "entity")?,
        kind: required(kind.filter(|kind| !kind.is_empty()), "type")?.into(),
        mode: required(mode, "mode")?,
        from: required(from, "from")?,
        notes,
    })
}

pub(super) fn read_set_fee_rules(reader: &mut Reader<'_>) -> Result<Command, Fault> {
    let (mut of, mut file, mut from) = (None, None, None);
    let notes = read_registered(reader, ["entity", "file", "from"], |index, reader| {
        match index {
            0 => of = Some(entity(reader)?),
            1 => file = Some(reader.text(MAX_FEE_RULES)?),
            _ => from = Some(date(reader)?),
        }
        Ok(())
    })?;
    Ok(Command::SetFeeRules {
        entity: required(of, "entity")?,
        file: required(file, "file")?.into(),
        from: required(from, "from")?,
        notes,
    })
}

fn read_mode(reader: &mut Reader<'_>) -> Result<BookingMode, Fault> {
    BookingMode::from_name(reader.text(MAX_MODE)?).ok_or(Fault::new("not a booking mode"))
}
