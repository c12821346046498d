//! Reading the books: accounts, the general ledger, and what a snapshot holds exactly.

use std::collections::BTreeMap;

use crate::account::AccountView;
use crate::chart::line::{AccountsTotal, Line};
use crate::chart::subject::Subject;
use crate::command::{Answer, Chart, Mapping, ReplyTo, SummarySubject, TrialBalance, TrialLine};
use crate::ids::{AccountId, EntityId, LineId, ShardId};
use crate::money::amount::Amount;
use crate::record::admin::Admin;
use crate::rejection::Rejection;
use crate::schedule::barrier::{Barrier, Orders};
use crate::schedule::{Coordinator, SnapshotStart, Step};
use crate::shard::order::{ShardOrder, ShardReply, ShownRow};

impl Coordinator {
    /// Begins a snapshot.
    pub(super) fn begin_snapshot(&mut self) -> Step {
        let orders = self.to_every_shard(&ShardOrder::LinesAlone);
        self.wait(Barrier::Snapshot, orders)
    }

    pub(super) fn end_snapshot(&mut self, replies: Vec<(ShardId, ShardReply)>) {
        let mut names = Vec::new();
        self.books.catalog.write_names(&mut names);
        for (key, state) in self.originals.iter() {
            #[cfg(feature = "planted-bugs")]
            if crate::planted::is(crate::planted::Bug::SnapshotWithoutOriginals) {
                continue;
            }
            Admin::Undone(key, state.clone()).write(&mut names);
        }
        self.snapshot = Some(SnapshotStart {
            #[cfg(not(feature = "planted-bugs"))]
            frame: self.output.frame.number - 1,
            #[cfg(feature = "planted-bugs")]
            frame: self.output.frame.number
                - u64::from(!crate::planted::is(crate::planted::Bug::SnapshotStartsLate)),
            time_us: self.output.frame.time_us,
            names,
            accounts: self.books.catalog.accounts().len(),
            lines: sum_lines(replies),
        });
    }

    pub(super) fn read(
        &mut self,
        reply_to: Option<ReplyTo>,
        accounts: Vec<Result<AccountId, Rejection>>,
    ) -> Step {
        let orders = self.orders_to_read(accounts.iter().flatten().copied());
        self.wait(Barrier::Read { reply_to, accounts }, orders)
    }

    /// The orders that ask for the rows of accounts, one to each shard concerned.
    pub(super) fn orders_to_read(&self, accounts: impl Iterator<Item = AccountId>) -> Orders {
        let mut by_shard: BTreeMap<ShardId, Vec<AccountId>> = BTreeMap::new();
        for account in accounts {
            by_shard.entry(self.shard_of(account)).or_default().push(account);
        }
        by_shard.into_iter().map(|(shard, accounts)| (shard, ShardOrder::Read(accounts))).collect()
    }

    /// The same order to each shard.
    pub(super) fn to_every_shard(&self, order: &ShardOrder) -> Orders {
        (0..self.settings.shards).map(|shard| (ShardId(shard), order.clone())).collect()
    }

    pub(super) fn end_read(
        &mut self,
        reply_to: Option<ReplyTo>,
        accounts: Vec<Result<AccountId, Rejection>>,
        replies: Vec<(ShardId, ShardReply)>,
    ) {
        let rows: BTreeMap<AccountId, ShownRow> =
            shown_rows(replies).map(|shown| (shown.account, shown)).collect();
        let views = accounts.into_iter().map(|account| {
            let id = account?;
            Ok(self.view(rows.get(&id).expect("an account of the catalog has a row")))
        });
        let views = views.collect();
        self.output.reply(reply_to, Answer::Accounts(views));
    }

    fn view(&self, shown: &ShownRow) -> AccountView {
        let (id, row) = (shown.account, &shown.row);
        let account = self.books.catalog.account(id).expect("a row belongs to an account of the catalog");
        let date = self.books.catalog.date(account.entity);
        let (debit, credit) = if row.day == date { row.turnover } else { (0, 0) };
        let natural = |balance| row.normal().natural(balance);
        if let Some(gate) = self.hot.gate_of(id, &self.books) {
            gate.check(row);
        }
        AccountView {
            id,
            key: self.books.catalog.key(account),
            subject: self.books.catalog.subject(account.subject).opening.code.clone(),
            normal: row.normal(),
            owner: account.owner,
            balance: natural(row.balance),
            frozen: i128::from(row.frozen),
            available: row.available(),
            may_go_negative: row.may_go_negative(),
            overdraft_limit: Amount(row.overdraft_limit),
            credit_limit: (row.credit_limit != i64::MAX).then_some(Amount(row.credit_limit)),
            withholding: Amount(row.withholding),
            transaction_limit: shown.transaction_limit,
            day_limit: shown.day_limit,
            account_state: row.account_state,
            payment_state: row.payment_state,
            date,
            opening: natural(row.balance - debit + credit),
            debit_turnover: debit,
            credit_turnover: credit,
            hot: row.hot(),
            last: row.last,
        }
    }

    pub(super) fn chart(&self, entity: &str) -> Result<Answer, Rejection> {
        let catalog = &self.books.catalog;
        let entity = catalog.entity(entity).ok_or(Rejection::UnknownEntity)?;
        let mapping = |(kind, from, subject): (&str, _, _)| {
            let subject = catalog.subject(subject).opening.code.clone();
            Mapping { kind: kind.into(), from, subject }
        };
        Ok(Answer::Chart(Chart {
            start: catalog.first_date(entity),
            year_starts: catalog.year_starts(entity),
            subjects: catalog.chart(entity).map(|subject| subject.opening.clone()).collect(),
            mappings: catalog.mappings(entity).map(mapping).collect(),
        }))
    }

    pub(super) fn ask_lines(&mut self, reply_to: Option<ReplyTo>, entity: &str) -> Step {
        let entity = match self.books.catalog.entity(entity) {
            Some(entity) => Some(entity),
            None if entity.is_empty() => None,
            None => return self.refuse_at_barrier(reply_to, Rejection::UnknownEntity),
        };
        let orders = self.to_every_shard(&ShardOrder::Lines);
        self.wait(Barrier::Lines { reply_to, entity }, orders)
    }

    pub(super) fn end_lines(
        &mut self,
        reply_to: Option<ReplyTo>,
        entity: Option<EntityId>,
        replies: Vec<(ShardId, ShardReply)>,
    ) {
        let parts = replies.into_iter().map(|(_, reply)| match reply {
            ShardReply::Lines(lines, totals) => (lines, totals),
            other => panic!("a question for the lines is answered by {other:?}"),
        });
        let parts: Vec<_> = parts.collect();
        let mut lines: Vec<TrialLine> = (0..self.books.catalog.lines().len())
            .map(|line| LineId(u32::try_from(line).expect("lines are counted in a u32")))
            .filter(|line| entity.is_none_or(|entity| self.books.entity_of_line(*line) == entity))
            .map(|line| self.trial_line(line, &parts))
            .collect();
        lines.sort_by(|a, b| (&a.entity, &a.subject, a.currency).cmp(&(&b.entity, &b.subject, b.currency)));
        // The books may have seen the open frame, so that is what the answer speaks of.
        let frame = if self.output.frame.has_content() {
            self.output.frame.number
        } else {
            self.output.frame.number - 1
        };
        self.output.reply(
            reply_to,
            Answer::TrialBalance(TrialBalance { frame, lines, summaries: self.summaries(entity) }),
        );
    }

    fn summaries(&self, entity: Option<EntityId>) -> Vec<SummarySubject> {
        let wanted = |subject: &&Subject| {
            !subject.opening.leaf && entity.is_none_or(|entity| subject.entity == entity)
        };
        let mut found: Vec<SummarySubject> = self
            .books
            .catalog
            .subjects()
            .iter()
            .filter(wanted)
            .map(|subject| {
                let entity = self.books.catalog.entities()[usize::from(subject.entity.0)].code.clone();
                let (code, name) = (subject.opening.code.clone(), subject.opening.name.clone());
                SummarySubject { entity, subject: code, name }
            })
            .collect();
        found.sort_by(|a, b| (&a.entity, &a.subject).cmp(&(&b.entity, &b.subject)));
        found
    }

    pub(super) fn trial_line(&self, id: LineId, parts: &[(Vec<Line>, Vec<AccountsTotal>)]) -> TrialLine {
        let key = self.books.catalog.lines()[id.0 as usize];
        let subject = self.books.catalog.subject(key.subject);
        let entity = &self.books.catalog.entities()[usize::from(subject.entity.0)];
        let (mut balance, mut debit, mut credit) = (0, 0, 0);
        let mut total = AccountsTotal::default();
        for (lines, totals) in parts {
            let Some((line, part)) = lines.get(id.0 as usize).zip(totals.get(id.0 as usize)) else {
                continue;
            };
            balance += line.balance;
            if line.day == entity.date {
                debit += line.turnover.0;
                credit += line.turnover.1;
            }
            total.balance += part.balance;
            total.accounts += part.accounts;
        }
        let natural = |balance| subject.opening.normal.natural(balance);
        TrialLine {
            id,
            entity: entity.code.clone(),
            date: entity.date,
            subject: subject.opening.code.clone(),
            name: subject.opening.name.clone(),
            class: subject.opening.class,
            normal: subject.opening.normal,
            currency: key.currency,
            opening: natural(balance - debit + credit),
            debit,
            credit,
            closing: natural(balance),
            accounts_total: natural(total.balance),
            accounts: total.accounts,
        }
    }
}

/// The rows that shards show.
pub(super) fn shown_rows(replies: Vec<(ShardId, ShardReply)>) -> impl Iterator<Item = ShownRow> {
    replies.into_iter().flat_map(|(_, reply)| match reply {
        ShardReply::Rows(shown) => shown,
        other => panic!("a read is answered by rows, not {other:?}"),
    })
}

/// The lines of the general ledger, summed over the shards, by id.
pub(super) fn sum_lines(replies: Vec<(ShardId, ShardReply)>) -> Vec<Line> {
    let mut sums: Vec<Line> = Vec::new();
    for (_, reply) in replies {
        let ShardReply::Lines(lines, _) = reply else {
            panic!("a question for the lines is answered by them")
        };
        sums.resize(sums.len().max(lines.len()), Line::default());
        for (sum, line) in sums.iter_mut().zip(&lines) {
            sum.add(line);
        }
    }
    sums
}
