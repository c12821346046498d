//! Books of the harness's own beside the payment mix: originals of which each has its fate, and what that does to the
//! accounts.

use longmen_client::{
    AccountOpening, Client, Leg, Owner, PostResult, Side, SubjectOpening, Transaction, TransactionId,
    TransactionRecord,
};
use longmen_workload::LoadError;
use longmen_workload::setup::START_DATE;

pub(super) const ENTITY: &str = "COLD";
/// What the payer has to begin with.
const FUNDS: i64 = 10_000_000;

/// What becomes of an original.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Confirmed,
    Cancelled,
    Reversed,
    Refunded,
}

/// Balance and frozen of payer, payee and fees.
pub(super) type Figures = [(i128, i128); 3];

/// The accounts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Accounts {
    bank: u64,
    pub(super) payer: u64,
    pub(super) payee: u64,
    /// A hot account, whose entries are merged.
    pub(super) fees: u64,
}

/// A transaction of which the harness knows everything.
#[derive(Clone, Debug)]
pub(super) struct Original {
    pub(super) number: u32,
    pub(super) frame: u64,
    pub(super) ordinal: u32,
    accounts: Accounts,
}

impl Accounts {
    /// Opens the books, with funds for all originals.
    pub(super) async fn open(client: &mut Client) -> Result<Accounts, LoadError> {
        client.open_entity(ENTITY, START_DATE).await?;
        let subjects = [
            SubjectOpening::leaf("10020101", "bank", "asset", Side::Debit),
            SubjectOpening::leaf("220301", "customers", "liability", Side::Credit),
        ];
        for opened in client.open_subjects(ENTITY, &subjects).await? {
            opened.map_err(|refusal| LoadError::Refused { what: "a subject".into(), refusal })?;
        }
        let internal =
            |number, subject| AccountOpening::new(ENTITY, number, "", "CNY", subject, Owner::Internal);
        let customer = |number| AccountOpening::new(ENTITY, number, "", "CNY", "220301", Owner::Customer);
        let openings = [
            internal("bank", "10020101").may_go_negative(),
            customer("payer"),
            customer("payee"),
            internal("fees", "220301").may_go_negative().hot(),
        ];
        let mut ids = [0; 4];
        for (id, opened) in ids.iter_mut().zip(client.open_accounts(&openings).await?) {
            *id = opened.map_err(|refusal| LoadError::Refused { what: "an account".into(), refusal })?.id;
        }
        let [bank, payer, payee, fees] = ids;
        let accounts = Accounts { bank, payer, payee, fees };
        posted(client, &accounts.top_up("funds", FUNDS)).await?;
        Ok(accounts)
    }

    /// What they stand at when they are open.
    pub(super) fn figures() -> Figures {
        [(FUNDS.into(), 0), (0, 0), (0, 0)]
    }

    /// Payer, payee and fees.
    pub(super) fn all(self) -> [u64; 3] {
        [self.payer, self.payee, self.fees]
    }

    /// A payment that needs nothing from the log: the payer gets some money.
    pub(super) fn top_up(self, id: &str, amount: i64) -> Transaction {
        Transaction::new(id).debit(self.bank, amount, "CNY").credit(self.payer, amount, "CNY")
    }
}

impl Original {
    /// Posts the original of this number.
    pub(super) async fn post(
        client: &mut Client,
        accounts: Accounts,
        number: u32,
    ) -> Result<Original, LoadError> {
        let mut original = Original { number, frame: 0, ordinal: 0, accounts };
        let result = posted(client, &original.transaction()).await?;
        (original.frame, original.ordinal) = (result.frame, result.ordinal);
        Ok(original)
    }

    fn fate(&self) -> Fate {
        [Fate::Confirmed, Fate::Cancelled, Fate::Reversed, Fate::Refunded][self.number as usize % 4]
    }

    fn amount(&self) -> i64 {
        i64::from(self.number) + 2
    }

    pub(super) fn id(&self) -> TransactionId {
        format!("o-{}", self.number).as_str().into()
    }

    pub(super) fn reference(&self) -> String {
        format!("order-{}", self.number)
    }

    fn transaction(&self) -> Transaction {
        let (Accounts { payer, payee, fees, .. }, amount) = (self.accounts, self.amount());
        let named = Transaction::new(self.id()).kind("payment").reference(&self.reference());
        let paid = named.debit(payer, amount, "CNY");
        match self.fate() {
            Fate::Confirmed | Fate::Cancelled => paid.credit(payee, amount, "CNY").try_(),
            Fate::Reversed => paid.credit(payee, amount - 1, "CNY").credit(fees, 1, "CNY"),
            Fate::Refunded => paid.credit(payee, amount, "CNY"),
        }
    }

    /// Whether this is what was posted, and nothing else.
    pub(super) fn is(&self, record: &TransactionRecord) -> bool {
        // A try's record has no legs: they are posted when it is confirmed.
        let mut posted = self.transaction().legs;
        if matches!(self.fate(), Fate::Confirmed | Fate::Cancelled) {
            posted.clear();
        }
        let of_account = |leg: &Leg| (leg.account.clone(), leg.side, leg.amount.clone());
        let legs = record.legs.iter().map(|leg| (leg.account.into(), leg.side, leg.amount.into()));
        let reference = record.notes.get("reference").map_or("", |reference| reference);
        *record.outcome == *"posted"
            && (record.frame, record.ordinal) == (self.frame, self.ordinal)
            && reference == self.reference()
            && posted.iter().map(of_account).eq(legs)
    }

    /// Its fate, as a transaction.
    pub(super) fn action(&self) -> Transaction {
        let (Accounts { payer, payee, .. }, amount) = (self.accounts, self.amount());
        let action = Transaction::new(format!("d-{}", self.number).as_str());
        match self.fate() {
            Fate::Confirmed => action.confirm(self.id()),
            Fate::Cancelled => action.cancel_try(self.id()),
            Fate::Reversed => action.reverse(self.id()),
            Fate::Refunded => {
                action.refund(self.id()).debit(payee, amount, "CNY").credit(payer, amount, "CNY")
            }
        }
    }

    /// What posting it does to the figures.
    pub(super) fn posted_on(&self, figures: &mut Figures) {
        let amount = i128::from(self.amount());
        move_by(
            figures,
            match self.fate() {
                Fate::Confirmed | Fate::Cancelled => [(0, amount), (0, 0), (0, 0)],
                Fate::Reversed => [(-amount, 0), (amount - 1, 0), (1, 0)],
                Fate::Refunded => [(-amount, 0), (amount, 0), (0, 0)],
            },
        );
    }

    /// What its fate does to the figures.
    pub(super) fn done_on(&self, figures: &mut Figures) {
        let amount = i128::from(self.amount());
        move_by(
            figures,
            match self.fate() {
                Fate::Confirmed => [(-amount, -amount), (amount, 0), (0, 0)],
                Fate::Cancelled => [(0, -amount), (0, 0), (0, 0)],
                Fate::Reversed => [(amount, 0), (1 - amount, 0), (-1, 0)],
                Fate::Refunded => [(amount, 0), (-amount, 0), (0, 0)],
            },
        );
    }
}

fn move_by(figures: &mut Figures, by: Figures) {
    for (figure, (balance, frozen)) in figures.iter_mut().zip(by) {
        *figure = (figure.0 + balance, figure.1 + frozen);
    }
}

/// Posts what must be posted.
async fn posted(client: &mut Client, transaction: &Transaction) -> Result<PostResult, LoadError> {
    let result = client.post_one(transaction).await?;
    match result.is_posted() {
        true => Ok(result),
        false => Err(std::io::Error::other(format!("{transaction:?} came to {result:?}")).into()),
    }
}
