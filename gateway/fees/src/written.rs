//! Rules as they are written in a file, and what they must be.

use longmen_ledger::{Currency, Date, has_blank_end, is_hidden};
use serde::Deserialize;
use toml::Spanned;

use crate::fault::{MAX_FEES, MAX_NAME, MAX_SHARES, Misplaced, NotAnAmount, RuleFault};
use crate::fee::{Bearer, Fee, OnRefund, Tax, TaxPlace};
use crate::rate::{Rate, decimal_parts};
use crate::rounding::Rounding;
use crate::rule::{PAYEE, PAYER, Rule};
use crate::split::{Share, Split};
use crate::tariff::{Band, Scale, Tariff};

type Text = Spanned<Box<str>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WrittenRule {
    name: Text,
    r#type: Text,
    channel: Option<Text>,
    merchant: Option<Text>,
    currency: Text,
    from: Text,
    rounding: Rounding,
    #[serde(default, rename = "fee")]
    fees: Vec<Spanned<WrittenFee>>,
    #[serde(default, rename = "share")]
    shares: Vec<WrittenShare>,
    remainder_to: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFee {
    name: Text,
    paid_by: WrittenBearer,
    cost: Option<Text>,
    to: Text,
    rate: Option<Text>,
    fixed: Option<Text>,
    minimum: Option<Text>,
    maximum: Option<Text>,
    bands: Option<KindOfBands>,
    #[serde(default, rename = "band")]
    of_bands: Vec<Spanned<WrittenBand>>,
    refund: OnRefund,
    tax: Option<WrittenTax>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WrittenBearer {
    Payer,
    Payee,
    House,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KindOfBands {
    Slices,
    Whole,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenBand {
    up_to: Option<Text>,
    rate: Option<Text>,
    fixed: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTax {
    rate: Text,
    to: Text,
    place: TaxPlace,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenShare {
    to: Text,
    share: Text,
}

impl WrittenRule {
    pub(crate) fn checked(self) -> Result<Rule, Misplaced> {
        let currency = Currency::from_code(self.currency.get_ref())
            .ok_or_else(|| wrong(&self.currency, RuleFault::Currency))?;
        let from = Date::parse(self.from.get_ref()).ok_or_else(|| wrong(&self.from, RuleFault::Date))?;
        if self.fees.len() > MAX_FEES || self.shares.len() > MAX_SHARES {
            return Err(Misplaced { at: self.name.span(), fault: RuleFault::TooMany });
        }
        check_by_rates(&self.fees)?;
        let fees = self.fees.into_iter().map(|fee| read_fee(fee, currency));
        Ok(Rule {
            fees: fees.collect::<Result<_, _>>()?,
            split: read_split(self.shares, self.remainder_to)?,
            name: name(self.name)?,
            kind: name(self.r#type)?,
            channel: self.channel.map(name).transpose()?,
            merchant: self.merchant.map(name).transpose()?,
            currency,
            from,
            rounding: self.rounding,
        })
    }
}

/// A fee that goes back by its rate goes back alone: see [`OnRefund`].
fn check_by_rates(fees: &[Spanned<WrittenFee>]) -> Result<(), Misplaced> {
    let goes_back = |fee: &&Spanned<WrittenFee>| {
        let fee = fee.get_ref();
        matches!(fee.paid_by, WrittenBearer::Payee) && fee.refund != OnRefund::Kept
    };
    let of_payee: Vec<&Spanned<WrittenFee>> = fees.iter().filter(goes_back).collect();
    match of_payee.iter().find(|fee| fee.get_ref().refund == OnRefund::ByRate) {
        Some(fee) if of_payee.len() > 1 => {
            Err(Misplaced { at: fee.span(), fault: RuleFault::ByRateBesideOthers })
        }
        _ => Ok(()),
    }
}

fn read_fee(fee: Spanned<WrittenFee>, currency: Currency) -> Result<Fee, Misplaced> {
    let at = fee.span();
    let misplaced = |fault| Misplaced { at: at.clone(), fault };
    let WrittenFee {
        name: called,
        paid_by,
        cost,
        to,
        refund,
        tax,
        rate,
        fixed,
        minimum,
        maximum,
        bands,
        of_bands,
    } = fee.into_inner();
    let bearer = match (paid_by, cost) {
        (WrittenBearer::Payer, None) => Bearer::Payer,
        (WrittenBearer::Payee, None) => Bearer::Payee,
        (WrittenBearer::House, Some(cost)) if ![PAYER, PAYEE].contains(&&**cost.get_ref()) => {
            Bearer::House { cost: name(cost)? }
        }
        _ => return Err(misplaced(RuleFault::Cost)),
    };
    let scale =
        read_scale(rate, fixed.is_some(), bands, of_bands, currency).map_err(|fault| fault.or_at(&at))?;
    let minor = |text: Option<Text>| text.map(|text| amount(&text, currency)).transpose();
    let tariff = Tariff {
        fixed: minor(fixed)?.unwrap_or(0),
        minimum: minor(minimum)?,
        maximum: minor(maximum)?,
        scale,
    };
    if tariff.minimum.zip(tariff.maximum).is_some_and(|(minimum, maximum)| minimum > maximum) {
        return Err(misplaced(RuleFault::MinimumAboveMaximum));
    }
    let tax = tax.map(|tax| read_tax(tax, paid_by)).transpose()?;
    let is_on_top = tax.as_ref().is_some_and(|tax| tax.place == TaxPlace::OnTop);
    if refund == OnRefund::ByRate && (tariff.plain_rate().is_none() || is_on_top) {
        return Err(misplaced(RuleFault::ByRate));
    }
    Ok(Fee { name: name(called)?, bearer, to: receiver(to, paid_by)?, tariff, tax, on_refund: refund })
}

fn read_tax(tax: WrittenTax, paid_by: WrittenBearer) -> Result<Tax, Misplaced> {
    Ok(Tax { rate: read_rate(&tax.rate)?, to: receiver(tax.to, paid_by)?, place: tax.place })
}

/// A fault, where what it is about is known; else whoever asked knows.
enum Unplaced {
    Placed(Misplaced),
    Fault(RuleFault),
}

impl Unplaced {
    fn or_at(self, at: &std::ops::Range<usize>) -> Misplaced {
        match self {
            Unplaced::Placed(misplaced) => misplaced,
            Unplaced::Fault(fault) => Misplaced { at: at.clone(), fault },
        }
    }
}

impl From<Misplaced> for Unplaced {
    fn from(misplaced: Misplaced) -> Unplaced {
        Unplaced::Placed(misplaced)
    }
}

fn read_scale(
    rate: Option<Text>,
    has_fixed: bool,
    kind: Option<KindOfBands>,
    bands: Vec<Spanned<WrittenBand>>,
    currency: Currency,
) -> Result<Scale, Unplaced> {
    let kind = match (kind, bands.is_empty(), rate) {
        (None, true, Some(rate)) => return Ok(Scale::Flat(read_rate(&rate)?)),
        (None, true, None) if has_fixed => return Ok(Scale::Flat(Rate::default())),
        (None, true, None) => return Err(Unplaced::Fault(RuleFault::NoTariff)),
        (Some(_), true, _) => return Err(Unplaced::Fault(RuleFault::NoBands)),
        (_, false, Some(_)) => return Err(Unplaced::Fault(RuleFault::RateBesideBands)),
        (None, false, None) => return Err(Unplaced::Fault(RuleFault::KindOfBands)),
        (Some(kind), false, None) => kind,
    };
    let (mut read, count) = (Vec::<Band>::new(), bands.len());
    for band in bands {
        let at = band.span();
        let band = band.into_inner();
        if band.up_to.is_none() != (read.len() + 1 == count) {
            return Err(Misplaced { at, fault: RuleFault::LastBand }.into());
        }
        if band.fixed.is_some() && kind == KindOfBands::Slices {
            return Err(Misplaced { at, fault: RuleFault::FixedOfSlice }.into());
        }
        read.push(read_band(&band, at, read.last(), currency)?);
    }
    Ok(match kind {
        KindOfBands::Slices => Scale::Slices(read),
        KindOfBands::Whole => Scale::Whole(read),
    })
}

fn read_band(
    band: &WrittenBand,
    at: std::ops::Range<usize>,
    before: Option<&Band>,
    currency: Currency,
) -> Result<Band, Misplaced> {
    if band.rate.is_none() && band.fixed.is_none() {
        return Err(Misplaced { at, fault: RuleFault::NoTariff });
    }
    let up_to = band.up_to.as_ref().map(|text| amount(text, currency)).transpose()?;
    let ends_above = |up_to: &u64| *up_to > before.and_then(|band| band.up_to).unwrap_or(0);
    if let (Some(text), Some(false)) = (&band.up_to, up_to.as_ref().map(ends_above)) {
        return Err(wrong(text, |text| RuleFault::BandOrder { text }));
    }
    let rate = band.rate.as_ref().map(read_rate).transpose()?.unwrap_or_default();
    let fixed = band.fixed.as_ref().map(|text| amount(text, currency)).transpose()?.unwrap_or(0);
    Ok(Band { up_to, rate, fixed })
}

fn read_split(shares: Vec<WrittenShare>, remainder_to: Option<Text>) -> Result<Split, Misplaced> {
    if shares.is_empty() {
        return match remainder_to {
            Some(text) => Err(wrong(&text, |_| RuleFault::NothingToSplit)),
            None => Ok(Split::all_to(PAYEE)),
        };
    }
    let mut read: Vec<Share> = Vec::new();
    for WrittenShare { to, share } in shares {
        if read.iter().any(|other| other.to == *to.get_ref()) {
            return Err(wrong(&to, RuleFault::ShareTwice));
        }
        let weight = decimal_parts(share.get_ref(), SHARE_PLACES).ok();
        let weight = weight.and_then(|weight| u64::try_from(weight).ok());
        let weight = weight.filter(|weight| (1..=MAX_WEIGHT).contains(weight));
        let weight = weight.ok_or_else(|| wrong(&share, RuleFault::Share))?;
        read.push(Share { to: receiver(to, WrittenBearer::Payer)?, weight, shown: share.into_inner() });
    }
    let remainder_to = remainder_to.map(|to| receiver(to, WrittenBearer::Payer)).transpose()?;
    Ok(Split { shares: read, remainder_to })
}

/// A share has so many decimal places, so that it is a whole number of millionths.
const SHARE_PLACES: u32 = 6;
const MAX_WEIGHT: u64 = 1_000_000_000_000;

/// An account that gets something.
fn receiver(text: Text, paid_by: WrittenBearer) -> Result<Box<str>, Misplaced> {
    let is_none =
        **text.get_ref() == *PAYER || (**text.get_ref() == *PAYEE && matches!(paid_by, WrittenBearer::Payee));
    if is_none { Err(wrong(&text, RuleFault::Receiver)) } else { name(text) }
}

fn name(text: Text) -> Result<Box<str>, Misplaced> {
    let told: &str = text.get_ref();
    let is_name =
        (1..=MAX_NAME).contains(&told.len()) && !told.chars().any(is_hidden) && !has_blank_end(told);
    if is_name { Ok(text.into_inner()) } else { Err(wrong(&text, RuleFault::Name)) }
}

fn read_rate(text: &Text) -> Result<Rate, Misplaced> {
    let told: &str = text.get_ref();
    told.parse().map_err(|source| wrong(text, |text| RuleFault::Rate { text, source }))
}

/// An amount of the rule's currency, in minor units.
fn amount(text: &Text, currency: Currency) -> Result<u64, Misplaced> {
    let not = |why: NotAnAmount| wrong(text, |text| RuleFault::Amount { text, code: currency.code(), why });
    let amount = currency.parse_amount(text.get_ref()).map_err(|why| not(why.into()))?;
    u64::try_from(amount.0).map_err(|_| not(NotAnAmount::Negative))
}

fn wrong(text: &Text, fault: impl FnOnce(Box<str>) -> RuleFault) -> Misplaced {
    Misplaced { at: text.span(), fault: fault(text.get_ref().clone()) }
}
