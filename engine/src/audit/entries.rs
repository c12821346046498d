//! Entries, as the audit takes them into its books.

use longmen_wal::FrameView;
use xxhash_rust::xxh3::xxh3_128;

use super::account::{Account, Before, Spent};
use super::block::EntryBlock;
use super::books::Books;
use super::contents::transaction_of;
use super::fault::{BookFault, Checked, RecordPlace};
use super::frame::{TakenLeg, Terms};
use super::ids::IdKey;
use super::merged::{ListedLeg, turnover};
use super::proposals::Done;
use super::recorded::RecordedLeg;
use super::register::{check_notes, check_text_id};
use super::sections::Placed;
use super::states::Doing;
use crate::ledger::{
    AccountId, ActionCode, Changed, ClientId, Counting, Entry, Held, HoldKind, HoldMove, Movement,
    OpenedEntry, Position, Posting, SubjectClass, TransactionId,
};

/// What the audit keeps of the transaction whose entries it reads in a section.
#[derive(Default)]
pub(super) struct Entries {
    /// Accounts that it moves and whose funds have a bound: with their first entry of it and what they had before.
    moved: Vec<(AccountId, Position, Before)>,
    /// Accounts of which it moved a hold.
    held: Vec<AccountId>,
    /// Accounts of which it spent a hold: what leaves them was let through as that.
    spent: Vec<(AccountId, Spent)>,
    /// How its first leg on an account with limits counts against the day's.
    counting: Vec<(AccountId, Counting)>,
}

/// A leg in an entry of its own.
#[derive(Clone, Copy)]
struct PlainLeg {
    ordinal: u32,
    leg: RecordedLeg,
    signed: i128,
}

impl Books {
    pub(super) fn take_entries(&mut self, section: &Placed<'_>, view: &FrameView) -> Checked {
        let mut block = EntryBlock::new(section, view.number().0);
        let (mut found, mut ordinal) = (0, None);
        while block.read() {
            self.fetch_accounts(&block);
            for (at, entry) in block.entries() {
                let transaction = transaction_of(entry);
                if transaction != ordinal {
                    self.end_transaction(ordinal)?;
                    ordinal = transaction;
                }
                match entry {
                    Entry::Posting(posting) => self.take_posting(posting, *at)?,
                    Entry::Opened(opened) => self.take_opened(opened, *at)?,
                    Entry::Changed(changed) => self.take_changed(changed, *at)?,
                    Entry::Held(held) => self.take_held(held, *at, view.time_us())?,
                }
                found += 1;
            }
        }
        self.end_transaction(ordinal)?;
        block.check_end()?;
        section.check_records(found)
    }

    /// Touches the accounts of a block, so that the memory is fetched for all of them at once.
    fn fetch_accounts(&self, block: &EntryBlock<'_>) {
        let mut touched = 0;
        for (_, entry) in block.entries() {
            let account = entry.account().index().and_then(|index| self.accounts.get(index));
            touched ^= account.map_or(0, |account| account.last.frame ^ u64::from(account.line));
        }
        std::hint::black_box(touched);
    }

    #[inline]
    fn take_posting(&mut self, posting: &Posting, at: Position) -> Checked {
        match posting.movement {
            Movement::Leg { transaction: ordinal, step, side, amount } => {
                let leg = RecordedLeg { step, account: posting.account, side, amount: amount.0 };
                self.take_leg(posting, at, PlainLeg { ordinal, leg, signed: side.signed(amount) })
            }
            Movement::Merged { count, debit, credit } => {
                self.take_merged(posting, at, count, (debit, credit))
            }
        }
    }

    #[inline]
    fn take_leg(&mut self, posting: &Posting, at: Position, plain: PlainLeg) -> Checked {
        let (place, id) = (RecordPlace::entry(at), posting.account);
        let PlainLeg { ordinal, leg, signed } = plain;
        let account = account_mut(&mut self.accounts, id, at)?;
        let before = account.before(posting.date);
        let links = account.post(posting, at, signed)?;
        if account.is_bounded() && !account.is_in(at.frame, ordinal) && !self.entries.held.contains(&id) {
            self.entries.moved.push((id, at, before));
        }
        account.take_leg(id, at, ordinal, leg.step)?;
        let account = *account;
        if account.is_counted() && !self.entries.counting.iter().any(|(there, _)| *there == id) {
            self.entries.counting.push((id, posting.counting));
        }
        let terms = self.frame.take_leg(place, &taken(posting, &account, (ordinal, leg.step), signed))?;
        check_amount(place, terms, id, leg.amount)?;
        self.check_state(place, &account, id, terms, signed)?;
        if self.chart.has_modes() {
            self.sides.take_leg(ordinal, leg);
        }
        if terms.action != ActionCode::Post {
            self.actions.take_leg(ordinal, leg);
            if terms.action == ActionCode::Reverse {
                self.actions.take_counting(ordinal, posting.counting);
            }
            if terms.action == ActionCode::CarryForward {
                self.actions.take_carried(ordinal, id, posting.balance_after);
            }
        }
        self.frame.count(account.unit, signed);
        self.counts.legs += 1;
        self.end_posting(posting, at, &account, links)
    }

    /// What is the same of every posting: its date, its line, its link.
    #[inline]
    fn end_posting(&mut self, posting: &Posting, at: Position, account: &Account, links: bool) -> Checked {
        let place = RecordPlace::entry(at);
        self.chart.check_date(place, account.entity, posting.date)?;
        self.chart.lines.count(account.line, posting.date, posting.movement.turnover());
        let expected = links.then(|| self.chains.next(posting.account, at));
        place.check(posting.link == expected, || BookFault::Link { account: posting.account, due: links })
    }

    /// Whether the states of an account let a leg through.
    #[inline]
    fn check_state(
        &self,
        place: RecordPlace,
        account: &Account,
        id: AccountId,
        terms: Terms,
        signed: i128,
    ) -> Checked {
        let doing = Doing::of_leg(signed);
        if account.lets.lets(doing) {
            return Ok(());
        }
        let set_aside = terms.waives && !account.lets.nothing() && !self.takes_results(terms, account);
        if set_aside {
            return Ok(());
        }
        let spends = || self.entries.spent.iter().any(|(of, _)| *of == id);
        let spent = account.natural(signed) < 0 && spends();
        place.check(spent, || BookFault::State { account: id, what: doing.name() })
    }

    /// Whether an account takes what is carried forward: its states count, where that is a rule.
    fn takes_results(&self, terms: Terms, account: &Account) -> bool {
        let is_result =
            matches!(self.chart.class(account.line), SubjectClass::Income | SubjectClass::Expense);
        terms.action == ActionCode::CarryForward && self.chart.rules > 0 && !is_result
    }

    /// Ends a transaction's entries in a section: its effect on each account is known, and had to be afforded.
    #[inline]
    fn end_transaction(&mut self, ordinal: Option<u32>) -> Checked {
        if self.entries.moved.is_empty() && self.entries.held.is_empty() {
            return Ok(());
        }
        let waives = ordinal.is_some_and(|ordinal| self.frame.waives(ordinal));
        let reverses = ordinal.is_some_and(|ordinal| self.frame.reverses(ordinal));
        let ruled = self.chart.rules > 0;
        let Entries { moved, held, spent, counting } = &mut self.entries;
        for (id, at, before) in moved.drain(..) {
            let account = account_mut(&mut self.accounts, id, at)?;
            let spent = spent.iter().find(|(of, _)| *of == id).map(|(_, spent)| spent);
            let mut afforded = Ok(());
            if !waives {
                afforded = account.check_funds(id, &before, account.balance);
                if let Some(spent) = spent.filter(|_| ruled) {
                    afforded = afforded.and_then(|()| account.check_spent(id, &before, spent));
                }
            }
            if account.is_counted() {
                let (taken, debits) = account.taken(&before);
                let date = before.date;
                let waived = spent.is_some_and(|spent| spent.forced || spent.judicial);
                let used = if ruled { self.limits.used(id, date) } else { debits };
                if !waives && !waived {
                    afforded = afforded.and_then(|()| self.limits.check(id, (taken, used)));
                }
                let said =
                    counting.iter().find(|(of, _)| *of == id).map(|(_, said)| *said).unwrap_or_default();
                let fits = match said {
                    Counting::Nothing => waived,
                    Counting::GivesBack => reverses && !waived,
                    Counting::Takes => !waived,
                };
                let fits = if fits || !ruled { Ok(()) } else { Err(BookFault::Counting { account: id }) };
                afforded = afforded.and(fits);
                self.limits.count(id, date, (taken, said), ruled);
            }
            afforded.map_err(|fault| RecordPlace::entry(at).flaw(fault))?;
        }
        held.clear();
        spent.clear();
        counting.clear();
        Ok(())
    }

    fn take_merged(&mut self, posting: &Posting, at: Position, count: u32, said: (i128, i128)) -> Checked {
        let (id, place) = (posting.account, RecordPlace::entry(at));
        let account = account_mut(&mut self.accounts, id, at)?;
        let legs = self.hot.take(id, count);
        let legs = legs.map_err(|left| place.flaw(BookFault::MergedCount { account: id, count, left }))?;
        let (debits, credits) = turnover(legs);
        place.check(said == (debits, credits), || BookFault::MergedTotal {
            account: id,
            debit: said.0,
            credit: said.1,
            debits,
            credits,
        })?;
        let before = account.before(posting.date);
        let mut balance = account.balance;
        for transaction in legs.chunk_by(|a, b| a.ordinal == b.ordinal) {
            let before = before.with_balance(balance);
            for leg in transaction {
                account.take_leg(id, at, leg.ordinal, leg.step)?;
                let place_in = (leg.ordinal, leg.step);
                let terms = self.frame.take_leg(place, &taken(posting, account, place_in, leg.signed))?;
                check_merged(place, terms, account, id, leg)?;
                balance += leg.signed;
            }
            account.check_funds(id, &before, balance).map_err(|fault| place.flaw(fault))?;
        }
        let links = account.post(posting, at, debits - credits)?;
        let account = *account;
        self.frame.count(account.unit, debits - credits);
        self.counts.merged += 1;
        self.counts.merged_legs += u64::from(count);
        self.end_posting(posting, at, &account, links)
    }

    pub(super) fn take_opened(&mut self, opened: &OpenedEntry<'_>, at: Position) -> Checked {
        let (account, place) = (opened.account, RecordPlace::entry(at));
        // Shards open accounts side by side, so inside a frame ids may come in any order, but not from far away.
        let index = account.index().filter(|index| *index < self.reach);
        let index = index.ok_or_else(|| place.flaw(BookFault::AccountGap { account }))?;
        let (line, unit) = self.chart.place(place, opened)?;
        if index >= self.accounts.len() {
            self.accounts.resize(index + 1, Account::VACANT);
        }
        let there = &mut self.accounts[index];
        place.check(!there.is_open(), || BookFault::OpenedTwice { account })?;
        *there = Account::open(opened, at, line, unit);
        self.names.add(name_digest(opened));
        self.counts.opened += 1;
        Ok(())
    }

    fn take_changed(&mut self, changed: &Changed<'_>, at: Position) -> Checked {
        let place = RecordPlace::entry(at);
        let account = account_mut(&mut self.accounts, changed.account, at)?;
        account.change(changed, at)?;
        if self.chart.class(account.line) == SubjectClass::Memo {
            let (account, why) = (changed.account, "to limits or a reserve, and it is a memo account");
            place.check(!has_limits(changed), || BookFault::Changed { account, why })?;
        }
        self.chart.check_date(place, account.entity, changed.date)?;
        self.chart.check_client(place, changed.client)?;
        check_notes(place, changed.notes)?;
        self.proposals.take(place, changed.notes, &Done::Changed(changed))?;
        let day = account.day();
        self.limits.take(changed, day, self.chart.rules > 0);
        self.counts.changed += 1;
        Ok(())
    }

    fn take_held(&mut self, held: &Held, at: Position, time_us: i64) -> Checked {
        let (id, place) = (held.account, RecordPlace::entry(at));
        let account = account_mut(&mut self.accounts, id, at)?;
        let before = account.before(held.date);
        account.hold(held, at)?;
        let is_memo = self.chart.class(account.line) == SubjectClass::Memo;
        place.check(!is_memo, || BookFault::MemoHold { account: id })?;
        let ruled = self.chart.rules > 0;
        self.chart.check_date(place, account.entity, held.date)?;
        let hold = held.hold.key;
        check_text_id(place, Some(hold.id), &held.hold.terms.text_id)?;
        let spends = held.moved == HoldMove::Consumed;
        let ahead = if spends { self.holds.held_before(id, hold) } else { 0 };
        let follows = self.holds.take(held, time_us, ruled);
        follows.map_err(|fault| {
            let text_id = held.hold.terms.text_id.clone();
            place.flaw(BookFault::Hold { account: id, hold, text_id, fault })
        })?;
        if let Some(ordinal) = held.transaction {
            let terms = self.frame.take_move(place, ordinal, (id, account.entity), held.date)?;
            let doing = Doing::of_move(held.moved, held.hold.terms.kind, terms.forced);
            place.check(account.lets.lets(doing), || BookFault::State { account: id, what: doing.name() })?;
            self.actions.take_move(ordinal, held.into());
            let Entries { moved, held: holds, spent, .. } = &mut self.entries;
            let judicial = held.hold.terms.kind == HoldKind::Judicial;
            // A court freezes what comes in later too (限额冻结).
            let seized = matches!(held.moved, HoldMove::Frozen | HoldMove::Raised) && judicial;
            if !seized && !account.is_in(at.frame, ordinal) && !holds.contains(&id) {
                moved.push((id, at, before));
            }
            holds.push(id);
            if spends {
                spent.push((id, Spent { judicial, forced: terms.forced, before: ahead }));
            }
        }
        self.counts.held += 1;
        Ok(())
    }
}

/// Checks a leg that is merged with others: what [`Books::take_leg`] checks of one that is not.
fn check_merged(
    place: RecordPlace,
    terms: Terms,
    account: &Account,
    id: AccountId,
    leg: &ListedLeg,
) -> Checked {
    check_amount(place, terms, id, leg.amount)?;
    let doing = Doing::of_leg(leg.signed);
    place.check(account.lets.lets(doing), || BookFault::State { account: id, what: doing.name() })
}

#[inline]
fn check_amount(place: RecordPlace, terms: Terms, account: AccountId, amount: i64) -> Checked {
    place.check(terms.lets(amount), || BookFault::LegAmount { account, amount })
}

/// Whether an account has limits or a reserve after a change.
fn has_limits(changed: &Changed<'_>) -> bool {
    let limits = [changed.credit_limit, changed.transaction_limit, changed.day_limit];
    limits.iter().any(Option::is_some) || changed.overdraft_limit.0 != 0 || changed.withholding != 0
}

/// The digest of an account's natural key, in the form of a transaction id.
pub(super) fn name_digest(opened: &OpenedEntry<'_>) -> IdKey {
    let mut name = Vec::with_capacity(opened.number.len() + opened.kind.len() + 8);
    name.extend_from_slice(&opened.entity.0.to_le_bytes());
    name.extend_from_slice(&opened.currency.numeric().to_le_bytes());
    name.extend_from_slice(&(opened.number.len() as u64).to_le_bytes());
    name.extend_from_slice(opened.number.as_bytes());
    name.extend_from_slice(opened.kind.as_bytes());
    IdKey::new(ClientId(0), TransactionId(xxh3_128(&name)))
}

/// A leg with what its account and entry say; `leg` is its transaction and step.
#[inline]
fn taken(posting: &Posting, account: &Account, leg: (u32, u16), signed: i128) -> TakenLeg {
    TakenLeg {
        ordinal: leg.0,
        step: leg.1,
        date: posting.date,
        account: posting.account,
        entity: account.entity,
        unit: account.unit,
        signed,
    }
}

#[inline]
fn account_mut(accounts: &mut [Account], account: AccountId, at: Position) -> Checked<&mut Account> {
    let there = account.index().and_then(|index| accounts.get_mut(index)).filter(|there| there.is_open());
    there.ok_or_else(|| RecordPlace::entry(at).flaw(BookFault::NotOpened { account }))
}
