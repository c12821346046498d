//! A channel's day of the demonstration: the books of a node, a file of the channel that was made of them with differences planted, and
//! what the comparison finds.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::io::Cursor;

use longmen_channel_files::{Expected, RowKind, TradeFormat, read_trades};
use longmen_client::{Client, ClientError};
use longmen_engine::ledger::{Currency, Date};
use longmen_reconciliation::{Class, Compared, Rules, Transaction, compare};
use longmen_terminal::{Table, grouped};
use serde::Serialize;

use crate::failure::Failure;
use crate::money::money;
use crate::reconciling::{Channel, ChannelAccounts, NodeBook, Number};

const MERCHANT: &str = "1900000100";
const CODE: &str = "CNY";
/// The busiest channel has a third of all that channels bring; this one a thirtieth, which is enough to look at.
const CHANNEL: &str = "channel-4";
const BUSIEST: &str = "channel-0";
/// With fewer transactions than that the busiest channel is taken.
const FEW: u64 = 50_000;

/// What came of the day.
#[derive(Serialize)]
pub(crate) struct ChannelDay {
    channel: String,
    date: String,
    /// The frame in which it was closed.
    frame: u64,
    book_rows: u64,
    book_net: i128,
    file_rows: u64,
    file_net: i128,
    /// By class, how many differences were planted, and how many found.
    classes: BTreeMap<&'static str, (u64, u64)>,
    /// Whether what was found is what was planted, name by name.
    pub(crate) held: bool,
}

/// Closes the accounting date, and compares the books of one channel with a file of it.
pub(crate) async fn reconcile_day(client: &mut Client, entity: &str) -> Result<ChannelDay, Failure> {
    let status = client.status().await?;
    let account = if status.decided < FEW { BUSIEST } else { CHANNEL };
    let found = status.entities.iter().find(|(code, _)| **code == *entity);
    let date = found.and_then(|(_, date)| Date::parse(date)).expect("the demonstration opened it");
    let closed = client.close_day(entity, &date.next().to_string()).await;
    closed.map_err(|error: ClientError| Failure::of_change(error, "the close of the day"))?;
    let book = NodeBook::read(client, &channel(entity, account), date).await?;
    let mut planting = Planting::default();
    let file = planting.file(date, &book.rows);
    let mut rows: Vec<Transaction> = Vec::new();
    let expected = Expected { merchant: Some(MERCHANT.into()), date: Some(date), sha1: None };
    read_trades(TradeFormat::WechatTrade, &mut Cursor::new(file.as_bytes()), &expected, &mut |row| {
        rows.push(row.into());
    })
    .map_err(|refusal| Failure::Usage(format!("the file of {account} is refused: {refusal}")))?;
    let compared = compare(&Rules { date, hang_days: 1, fee_tolerance: 0 }, book.rows, rows, Vec::new());
    Ok(ChannelDay::of((account, date, book.frame), &compared, &planting.planted))
}

/// The channel of the payment mix, whose transactions it knows by their ids.
fn channel(entity: &str, account: &str) -> Channel {
    let of = |number: &str| format!("{entity}/{number}/{CODE}");
    Channel {
        name: account.to_owned(),
        merchant: MERCHANT.to_owned(),
        format: TradeFormat::WechatTrade,
        entity: entity.to_owned(),
        currency: Currency::from_code(CODE).expect("a currency that there is"),
        number: Number::Id,
        kinds: ["card_payment", "top_up"].map(|kind| (kind.to_owned(), RowKind::Pay)).into(),
        ignored: ["opening".to_owned()].into(),
        tries: false,
        hang_days: 1,
        fee_tolerance: 0,
        accounts: ChannelAccounts {
            channel: of(&format!("{account}-clearing")),
            fee_payable: of(&format!("{account}-fee-payable")),
            fee_expense: of("fee-expense"),
            long_suspense: of("long-suspense"),
            short_suspense: of("short-suspense"),
            gain: of("gain"),
            loss: of("loss"),
            bank: of("bank"),
        },
    }
}

/// What is put wrong into a file.
#[derive(Clone, Copy)]
enum Plant {
    /// The channel does not have it.
    Missing,
    /// The channel has a cent more.
    Amount,
    /// The channel takes a cent more.
    Fee,
    /// The channel took it twice.
    Twice,
    /// The books do not have it.
    Unknown,
}

const PLANTS: [Plant; 5] = [Plant::Missing, Plant::Amount, Plant::Fee, Plant::Twice, Plant::Unknown];

/// A file in the making, and what was planted.
#[derive(Default)]
struct Planting {
    text: String,
    rows: u64,
    gross: i128,
    fee: i128,
    planted: BTreeSet<(&'static str, String)>,
}

impl Planting {
    /// The channel's file of a day whose books are these: every plant once, as far as there are rows.
    fn file(&mut self, date: Date, book: &[Transaction]) -> String {
        self.text = "交易时间,商户号,微信订单号,商户订单号,交易状态,货币种类,应结订单金额,微信退款单号,商户退款单号,退款金额,退款状态,手续费\n"
            .to_owned();
        let apart = (book.len() / PLANTS.len()).max(1);
        for (place, row) in book.iter().enumerate() {
            let plant = (place % apart == 0).then(|| PLANTS.get(place / apart)).flatten();
            self.plant(date, place, row, plant.copied());
        }
        let summary = format!(
            "总交易单数,应结订单总金额,退款总金额,手续费总金额\n`{},`{},`0.00,`{}000\n",
            self.rows,
            print(self.gross),
            print(self.fee)
        );
        std::mem::take(&mut self.text) + &summary
    }

    fn plant(&mut self, date: Date, place: usize, row: &Transaction, plant: Option<Plant>) {
        let (number, gross, fee) = (&*row.merchant_number, row.gross.0.into(), row.fee.0.into());
        let mut found = |class: Class, number: &str| self.planted.insert((class.name(), number.to_owned()));
        match plant {
            Some(Plant::Missing) => {
                found(Class::Short, number);
            }
            Some(Plant::Amount) => {
                found(Class::AmountDiffers, number);
                self.row(date, place, number, (gross + 1, fee));
            }
            Some(Plant::Fee) => {
                found(Class::FeeDiffers, number);
                self.row(date, place, number, (gross, fee + 1));
            }
            Some(Plant::Twice) => {
                found(Class::DuplicateInFile, number);
                self.row(date, place, number, (gross, fee));
                self.row(date, place + 1_000_000_000, number, (gross, fee));
            }
            Some(Plant::Unknown) => {
                let unknown = format!("unknown-{place}");
                found(Class::Long, &unknown);
                self.row(date, place, number, (gross, fee));
                self.row(date, place + 1_000_000_000, &unknown, (6_600, 40));
            }
            None => self.row(date, place, number, (gross, fee)),
        }
    }

    fn row(&mut self, date: Date, place: usize, number: &str, (gross, fee): (i128, i128)) {
        let (amount, cost) = (print(gross), print(fee));
        writeln!(
            self.text,
            "`{date} 12:00:00,`{MERCHANT},`42{place:020},`{number},`SUCCESS,`{CODE},`{amount},`0,`0,`0.00,`,`{cost}000"
        )
        .expect("a string takes what is written to it");
        self.rows += 1;
        self.gross += gross;
        self.fee += fee;
    }
}

/// Minor units with two decimals.
fn print(minor: i128) -> String {
    Currency::from_code(CODE).expect("a currency that there is").print(minor)
}

impl ChannelDay {
    fn of(
        (channel, date, frame): (&str, Date, u64),
        compared: &Compared,
        planted: &BTreeSet<(&'static str, String)>,
    ) -> ChannelDay {
        let differs = compared.findings.iter().filter(|finding| finding.class != Class::Matched);
        let found: BTreeSet<(&'static str, String)> =
            differs.map(|finding| (finding.class.name(), finding.merchant_number().to_owned())).collect();
        let mut classes: BTreeMap<&'static str, (u64, u64)> = BTreeMap::new();
        planted.iter().for_each(|(class, _)| classes.entry(class).or_default().0 += 1);
        found.iter().for_each(|(class, _)| classes.entry(class).or_default().1 += 1);
        ChannelDay {
            channel: channel.to_owned(),
            date: date.to_string(),
            frame,
            book_rows: compared.book.rows,
            book_net: compared.book.net,
            file_rows: compared.file.rows,
            file_net: compared.file.net,
            classes,
            held: found == *planted,
        }
    }

    /// For people: what was planted, and what was found.
    pub(crate) fn table(&self) -> Table {
        let mut table = Table::new(&["channel's day (对账)", ">planted", ">found"]);
        for (class, (planted, found)) in &self.classes {
            table.row([*class, &grouped(*planted), &grouped(*found)]);
        }
        table
    }

    /// For people: what was compared.
    pub(crate) fn in_words(&self) -> String {
        format!(
            "{} on {}, closed in frame {}: {} rows of {} in the books, {} of {} in its file",
            self.channel,
            self.date,
            self.frame,
            grouped(self.book_rows),
            money(CODE, self.book_net),
            grouped(self.file_rows),
            money(CODE, self.file_net)
        )
    }
}
