//! What is planted, and what is to be found of it.

use longmen_channel_files::RowKind;
use longmen_reconciliation::{BookState, Class, Fate, Side};
use rand::Rng;
use rand::rngs::StdRng;

use super::chain::Chain;
use super::deals::{Deal, Deals};
use super::row::Row;
use super::told::Told;

/// What becomes of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Plant {
    Agrees,
    Fee,
    Amount,
    AmountAndFee,
    /// The books have it pending, or failed.
    State,
    StateAmountAndFee,
    /// 长款
    Long,
    /// 短款
    Short,
    /// 在途: tried, and the channel does not know it.
    Pending,
    /// In the books of a day and in the file of the next.
    Late,
    /// In the file of a day and in the books of the next.
    Early,
    LateAndAmount,
    LateAndFee,
    LatePending,
    /// In the file two days behind the books: nobody waited for it.
    TooLate,
    TwiceInFile,
    TwiceInBook,
    TwiceInBoth,
    /// Twice in the file, once as booked.
    OtherTwiceInFile,
    OtherTwiceInBook,
    /// Twice in the file, neither as booked.
    BothOtherTwiceInFile,
    /// Twice in the books: done and of another amount, or as large and not done.
    OtherAmountOrUndoneInBook,
    /// Twice in the file: of another fee, or of another amount.
    OtherFeeOrAmountInFile,
    LongTwice,
    ShortTwice,
    LateAndTwice,
    /// The file has it again the day after it was matched.
    AgainTheDayAfter,
    /// It failed in the books, and the channel knows nothing of it.
    FailedInBook,
    /// It failed in the books, and the channel has it the day after.
    FailedThenLong,
    /// It failed at the channel, and in the books.
    FailedInBoth,
    /// It failed at the channel, and the books know nothing of it.
    FailedInFile,
    /// It failed at the channel, and the books have it done.
    FailedAndBooked,
    /// It failed at the channel, and was done then.
    FailedThenDone,
    /// A payment that the books have not, and a refund of it that the file has not.
    LongAndItsRefundShort,
    /// A payment of another amount, and a refund of it of another fee.
    AmountAndFeeOfItsRefund,
}

impl Plant {
    /// Every one that is a break.
    pub(crate) const BREAKS: [Plant; 34] = [
        Plant::Fee,
        Plant::Amount,
        Plant::AmountAndFee,
        Plant::State,
        Plant::StateAmountAndFee,
        Plant::Long,
        Plant::Short,
        Plant::Pending,
        Plant::Late,
        Plant::Early,
        Plant::LateAndAmount,
        Plant::LateAndFee,
        Plant::LatePending,
        Plant::TooLate,
        Plant::TwiceInFile,
        Plant::TwiceInBook,
        Plant::TwiceInBoth,
        Plant::OtherTwiceInFile,
        Plant::OtherTwiceInBook,
        Plant::BothOtherTwiceInFile,
        Plant::OtherAmountOrUndoneInBook,
        Plant::OtherFeeOrAmountInFile,
        Plant::LongTwice,
        Plant::ShortTwice,
        Plant::LateAndTwice,
        Plant::AgainTheDayAfter,
        Plant::FailedInBook,
        Plant::FailedThenLong,
        Plant::FailedInBoth,
        Plant::FailedInFile,
        Plant::FailedAndBooked,
        Plant::FailedThenDone,
        Plant::LongAndItsRefundShort,
        Plant::AmountAndFeeOfItsRefund,
    ];

    /// Whether it is about a row that the file has as failed.
    pub(crate) fn needs_failed(self) -> bool {
        matches!(
            self,
            Plant::FailedInBoth | Plant::FailedInFile | Plant::FailedAndBooked | Plant::FailedThenDone
        )
    }

    /// Whether it is about nothing but a fee.
    pub(crate) fn needs_fees(self) -> bool {
        matches!(
            self,
            Plant::Fee | Plant::LateAndFee | Plant::OtherFeeOrAmountInFile | Plant::AmountAndFeeOfItsRefund
        )
    }

    /// How many days it goes on after its first.
    pub(super) fn days(self) -> u32 {
        match self {
            Plant::TooLate => 2,
            Plant::Late
            | Plant::Early
            | Plant::LateAndAmount
            | Plant::LateAndFee
            | Plant::LatePending
            | Plant::LateAndTwice
            | Plant::AgainTheDayAfter
            | Plant::FailedThenLong => 1,
            _ => 0,
        }
    }
}

/// Where something is planted.
pub(super) struct Scene<'a> {
    pub(super) chain: &'a mut Chain,
    pub(super) deals: &'a mut Deals,
    pub(super) random: &'a mut StdRng,
    pub(super) day: u32,
}

impl Scene<'_> {
    pub(super) fn plant(&mut self, what: Plant) {
        match what {
            Plant::LongAndItsRefundShort | Plant::AmountAndFeeOfItsRefund => self.plant_of_order(what),
            _ if what.needs_failed() => self.plant_failed(what),
            _ => self.plant_one(what),
        }
    }

    /// Of one transaction, of any kind.
    fn plant_one(&mut self, what: Plant) {
        let Deal { book, file } = self.deals.any(self.random, self.day);
        let (amount, fee) = (self.random.random_range(1..100), self.fee());
        let again = self.deals.again(&file);
        match what {
            Plant::Fee => self.pair(Class::FeeDiffers, book, file.dearer(fee)),
            Plant::Amount => self.pair(Class::AmountDiffers, book, file.larger(amount)),
            Plant::AmountAndFee => self.pair(Class::AmountDiffers, book.larger(amount).dearer(fee), file),
            Plant::State => {
                let book = book.in_state(self.undone());
                self.pair(Class::StateDiffers, book, file);
            }
            Plant::StateAmountAndFee => {
                let book = book.in_state(self.undone());
                self.pair(Class::StateDiffers, book, file.larger(amount).dearer(fee));
            }
            Plant::Long => self.alone(file),
            Plant::Short => self.alone(book),
            Plant::Pending => self.alone(book.in_state(BookState::Pending)),
            Plant::Late => self.pair(Class::Matched, book, file.later(1)),
            Plant::Early => self.pair(Class::Matched, book.later(1), file),
            Plant::LateAndAmount => self.pair(Class::AmountDiffers, book, file.later(1).larger(amount)),
            Plant::LateAndFee => self.pair(Class::FeeDiffers, book, file.later(1).dearer(fee)),
            Plant::LatePending => {
                self.pair(Class::StateDiffers, book.in_state(BookState::Pending), file.later(1));
            }
            Plant::TooLate => {
                self.alone(book);
                self.alone(file.later(2));
            }
            Plant::AgainTheDayAfter => {
                self.pair(Class::Matched, book, file);
                self.alone(again.later(1));
            }
            Plant::FailedInBook => self.unmoved(book.in_state(BookState::Failed)),
            Plant::FailedThenLong => {
                self.unmoved(book.in_state(BookState::Failed));
                self.alone(file.later(1));
            }
            Plant::Agrees => self.pair(Class::Matched, book, file),
            _ => self.plant_twice(what, book, file, amount),
        }
    }

    /// Of one transaction that a side has twice.
    fn plant_twice(&mut self, what: Plant, book: Row, file: Row, amount: i64) {
        let (book_again, file_again) = (self.deals.again(&book), self.deals.again(&file));
        match what {
            Plant::TwiceInFile => {
                self.pair(Class::Matched, book, file);
                self.extra(file_again);
            }
            Plant::TwiceInBook => {
                self.pair(Class::Matched, book, file);
                self.extra(book_again);
            }
            Plant::TwiceInBoth => {
                self.pair(Class::Matched, book, file);
                self.extra(book_again);
                self.extra(file_again);
            }
            Plant::OtherTwiceInFile => {
                self.extra(file_again.larger(amount));
                self.pair(Class::Matched, book, file);
            }
            Plant::OtherTwiceInBook => {
                let undone = self.undone();
                self.extra(book_again.in_state(undone));
                self.pair(Class::Matched, book, file);
            }
            // The one is more alike than the other, or as much, and then they are the same.
            Plant::BothOtherTwiceInFile => {
                let fee = i64::from(self.chain.channel.has_fees());
                self.extra(file_again.larger(amount).dearer(fee));
                self.pair(Class::AmountDiffers, book, file.larger(amount));
            }
            // The state counts for more than the amount, and the amount for more than the fee.
            Plant::OtherAmountOrUndoneInBook => {
                let undone = self.undone();
                self.extra(book_again.in_state(undone));
                self.pair(Class::AmountDiffers, book.larger(amount), file);
            }
            Plant::OtherFeeOrAmountInFile => {
                self.extra(file_again.larger(amount));
                self.pair(Class::FeeDiffers, book, file.dearer(1));
            }
            Plant::LongTwice => {
                self.alone(file);
                self.extra(file_again);
            }
            Plant::ShortTwice => {
                self.alone(book);
                self.extra(book_again);
            }
            Plant::LateAndTwice => {
                self.pair(Class::Matched, book, file.later(1));
                self.extra(file_again.later(1));
            }
            other => unreachable!("{other:?} is planted elsewhere"),
        }
    }

    /// Of a refund that failed at the channel.
    fn plant_failed(&mut self, what: Plant) {
        let Deal { book, file } = self.deals.given_back(self.random, self.day, RowKind::Refund);
        let failed = file.clone().in_state(BookState::Failed);
        match what {
            Plant::FailedInBoth => self.pair(Class::Matched, book.in_state(BookState::Failed), failed),
            Plant::FailedInFile => self.unmoved(failed),
            Plant::FailedAndBooked => self.pair(Class::StateDiffers, book, failed),
            Plant::FailedThenDone => {
                let done = self.deals.again(&file);
                self.extra(failed);
                self.pair(Class::Matched, book, done);
            }
            other => unreachable!("{other:?} is planted elsewhere"),
        }
    }

    /// Two breaks of one order, in its payment and in its refund.
    fn plant_of_order(&mut self, what: Plant) {
        let payment = self.deals.payment(self.random, self.day);
        let refund = self.deals.refund_of_last(self.random, self.day);
        if what == Plant::LongAndItsRefundShort {
            self.alone(payment.file);
            self.alone(refund.book);
        } else {
            let fee = self.fee();
            self.pair(Class::AmountDiffers, payment.book, payment.file.larger(1));
            self.pair(Class::FeeDiffers, refund.book, refund.file.dearer(fee));
        }
    }

    /// By how much a fee differs; by nothing where the channel tells none.
    fn fee(&mut self) -> i64 {
        if self.chain.channel.has_fees() { self.random.random_range(1..10) } else { 0 }
    }

    fn undone(&mut self) -> BookState {
        if self.random.random_bool(0.5) { BookState::Pending } else { BookState::Failed }
    }

    /// What both sides have. Where they have it on different days, the earlier waits a day for the later.
    fn pair(&mut self, class: Class, book: Row, file: Row) {
        if book.day != file.day {
            let row = if book.day < file.day { &book } else { &file };
            self.tell_alone(row.day, class_alone(row), Fate::Hung, row);
        }
        let day = book.day.max(file.day);
        let fees_differ_by = book.fee.abs_diff(file.fee);
        let fate = match class {
            Class::Matched => Fate::Closed,
            Class::FeeDiffers if fees_differ_by <= self.chain.fee_tolerance => Fate::Adjusted,
            _ => Fate::Open,
        };
        if class == Class::Matched && book.day == file.day {
            self.chain.day(day).matched += 1;
        } else {
            let told = Told::planted(day, class, fate, Some(&book), Some(&file));
            self.chain.told.push(told);
        }
        self.put(book);
        self.put(file);
    }

    /// What one side has alone: it waits a day, and goes to suspense then, where there is money in it.
    fn alone(&mut self, row: Row) {
        let class = class_alone(&row);
        let fate = if class == Class::Pending { Fate::Open } else { Fate::Suspense };
        self.tell_alone(row.day, class, Fate::Hung, &row);
        self.tell_alone(row.day + 1, class, fate, &row);
        self.put(row);
    }

    /// What a side has once more.
    fn extra(&mut self, row: Row) {
        let class = if row.side == Side::Book { Class::DuplicateInBook } else { Class::DuplicateInFile };
        self.tell_alone(row.day, class, Fate::Open, &row);
        self.put(row);
    }

    /// What failed on one side alone.
    fn unmoved(&mut self, row: Row) {
        self.chain.day(row.day).unmoved += 1;
        self.put(row);
    }

    /// A chain ends, and what would have been told the day after is not.
    fn tell_alone(&mut self, day: u32, class: Class, fate: Fate, row: &Row) {
        if day < self.chain.length() {
            let (book, file) = if row.side == Side::Book { (Some(row), None) } else { (None, Some(row)) };
            self.chain.told.push(Told::planted(day, class, fate, book, file));
        }
    }

    fn put(&mut self, row: Row) {
        let day = self.chain.day(row.day);
        if row.side == Side::Book { day.book.push(row) } else { day.file.push(row) }
    }
}

/// What a row is that the other side has not.
fn class_alone(row: &Row) -> Class {
    match (row.state, row.side) {
        (BookState::Pending, _) => Class::Pending,
        (_, Side::Book) => Class::Short,
        (_, Side::File) => Class::Long,
    }
}
