//! Payments, refunds, revocations and payouts on which both sides agree.

use std::collections::BTreeSet;

use longmen_channel_files::RowKind;
use longmen_reconciliation::{BookState, Side};
use rand::Rng;
use rand::rngs::StdRng;

use super::channel::Channel;
use super::row::Row;

/// What channels take in the number of a merchant, of which there are up to 32.
const SIGNS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-|*";
const LONGEST: usize = 32;

/// What is given back of which payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum GivenBack {
    All,
    Part,
    /// What was left after an earlier one, or a part of it.
    Again,
    OfAnEarlierDay,
    /// Of a payment before the first day.
    OfBefore,
    /// Without a number of its own.
    ByOrder,
}

impl GivenBack {
    /// Every one, in order.
    pub(crate) const ALL: [GivenBack; 6] = [
        GivenBack::All,
        GivenBack::Part,
        GivenBack::Again,
        GivenBack::OfAnEarlierDay,
        GivenBack::OfBefore,
        GivenBack::ByOrder,
    ];
}

/// A payment of which something may be given back.
struct Paid {
    /// The day; none, where it is before the first.
    day: Option<u32>,
    amount: i64,
    order: String,
    /// The channel's number.
    channel_number: String,
    /// What was not given back yet.
    left: i64,
    /// Whether something was given back without a number of its own: there is one such of an order.
    is_unnumbered: bool,
}

/// Makes transactions whose names are all different.
pub(super) struct Deals {
    channel: Channel,
    count: u64,
    paid: Vec<Paid>,
    /// What was given back so far.
    pub(super) given_back: BTreeSet<GivenBack>,
}

/// A transaction as the books and as the file have it.
pub(super) struct Deal {
    pub(super) book: Row,
    pub(super) file: Row,
}

impl Deals {
    pub(super) fn of(channel: Channel) -> Deals {
        Deals { channel, count: 0, paid: Vec::new(), given_back: BTreeSet::new() }
    }

    /// One of a kind that the channel has.
    pub(super) fn any(&mut self, random: &mut StdRng, day: u32) -> Deal {
        let mut at = random.random_range(0..100);
        let kinds = self.channel.kinds();
        let kind = kinds.iter().find(|(_, share)| {
            let is_it = at < *share;
            at = at.saturating_sub(*share);
            is_it
        });
        let (kind, _) = kind.expect("the shares are a hundred in all");
        match kind {
            RowKind::Pay => self.payment(random, day),
            RowKind::Payout => self.payout(random, day),
            kind => self.given_back(random, day, *kind),
        }
    }

    pub(super) fn payment(&mut self, random: &mut StdRng, day: u32) -> Deal {
        let order = self.number(random, 'P');
        let gross = random.random_range(1..1_000_000);
        let deal = self.deal(RowKind::Pay, day, [order.clone(), order.clone()], gross);
        let channel_number = deal.file.reference.clone();
        self.paid.push(Paid {
            day: Some(day),
            amount: gross,
            order,
            channel_number,
            left: gross,
            is_unnumbered: false,
        });
        deal
    }

    fn payout(&mut self, random: &mut StdRng, day: u32) -> Deal {
        let number = self.number(random, 'W');
        let gross = -random.random_range(1..1_000_000);
        self.deal(RowKind::Payout, day, [number.clone(), number], gross)
    }

    /// A refund or a revocation: of all that is left or of a part, of a payment of this day, one before, or one before the chain.
    pub(super) fn given_back(&mut self, random: &mut StdRng, day: u32, kind: RowKind) -> Deal {
        let before = random.random_bool(0.05) || self.paid.is_empty();
        let place = if before { self.paid_before(random) } else { random.random_range(0..self.paid.len()) };
        let place = if self.paid[place].left > 0 { place } else { self.paid_before(random) };
        self.given_back_of(random, day, kind, place)
    }

    /// A refund of the last payment.
    pub(super) fn refund_of_last(&mut self, random: &mut StdRng, day: u32) -> Deal {
        self.given_back_of(random, day, RowKind::Refund, self.paid.len() - 1)
    }

    fn given_back_of(&mut self, random: &mut StdRng, day: u32, kind: RowKind, place: usize) -> Deal {
        let may_go_by_order = self.channel.may_go_by_order(kind) && random.random_bool(0.3);
        let own = self.number(random, if kind == RowKind::Refund { 'R' } else { 'V' });
        let paid = &mut self.paid[place];
        let is_whole = kind == RowKind::Revoke || random.random_bool(0.4);
        let amount = if is_whole { paid.left } else { random.random_range(1..=paid.left) };
        let told = [
            (GivenBack::All, amount == paid.amount),
            (GivenBack::Part, amount < paid.amount),
            (GivenBack::Again, paid.left < paid.amount),
            (GivenBack::OfAnEarlierDay, paid.day.is_some_and(|paid| paid < day)),
            (GivenBack::OfBefore, paid.day.is_none()),
        ];
        paid.left -= amount;
        let goes_by_order = may_go_by_order && !std::mem::replace(&mut paid.is_unnumbered, may_go_by_order);
        let (order, channel_number) = (paid.order.clone(), paid.channel_number.clone());
        let number = if goes_by_order { order.clone() } else { own };
        let told = told.into_iter().chain([(GivenBack::ByOrder, goes_by_order)]);
        self.given_back.extend(told.filter(|(_, is_so)| *is_so).map(|(what, _)| what));
        let deal = self.deal(kind, day, [number, order], -amount);
        match self.channel {
            // A refund has the channel's number of its payment.
            Channel::Alipay => Deal { file: Row { reference: channel_number, ..deal.file }, ..deal },
            _ => deal,
        }
    }

    /// The file's row once more: the channel calls it by another number.
    pub(super) fn again(&mut self, row: &Row) -> Row {
        self.count += 1;
        Row { reference: reference(row.side, self.count), ..row.clone() }
    }

    fn paid_before(&mut self, random: &mut StdRng) -> usize {
        let (order, left) = (self.number(random, 'B'), random.random_range(1..1_000_000));
        let channel_number = reference(Side::File, self.count);
        self.paid.push(Paid { day: None, amount: left, order, channel_number, left, is_unnumbered: false });
        self.paid.len() - 1
    }

    fn number(&mut self, random: &mut StdRng, letter: char) -> String {
        self.count += 1;
        let mut number = format!("{letter}{:07}", self.count);
        let more = if random.random_bool(0.1) { LONGEST - number.len() } else { random.random_range(0..4) };
        number.extend((0..more).map(|_| char::from(SIGNS[random.random_range(0..SIGNS.len())])));
        number
    }

    fn deal(&mut self, kind: RowKind, day: u32, [number, order]: [String; 2], gross: i64) -> Deal {
        self.count += 1;
        let fee = match kind {
            _ if !self.channel.has_fees() => 0,
            RowKind::Payout => 100,
            // 0.6 %, to the nearest fen.
            _ => gross.signum() * ((gross.abs() * 6 + 500) / 1_000),
        };
        let row = |side| Row {
            side,
            day,
            kind,
            number: number.clone(),
            order: order.clone(),
            reference: reference(side, self.count),
            gross,
            fee,
            state: BookState::Done,
        };
        Deal { book: row(Side::Book), file: row(Side::File) }
    }
}

/// How a side calls a transaction, in at most 21 signs.
fn reference(side: Side, count: u64) -> String {
    match side {
        Side::Book => format!("T{count:08}"),
        Side::File => format!("4200{count:014}"),
    }
}
