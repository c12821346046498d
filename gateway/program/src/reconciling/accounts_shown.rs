//! What was found of the books and the accounting system, as people and programs are shown it.

use longmen_reconciliation::accounting::{
    Class, Compared, Cycle, DayDifference, Figures, Finding, MissingCycle, OwnFault, OwnFaultKind, Traced,
    VoucherFinding,
};
use longmen_terminal::{Table, grouped};
use serde_json::{Value, json};

use crate::money::money;
use crate::page::Page;

/// Differences that are shown, where not all are asked for.
const SHOWN: usize = 50;

/// What is shown.
pub(crate) struct Shown<'a> {
    cycle: Cycle,
    compared: &'a Compared,
    traced: Option<&'a Traced>,
    /// For each finding what no voucher explains of its turnovers; nothing where there are no vouchers.
    unexplained: Vec<(i128, i128)>,
    most: usize,
    all: bool,
}

impl<'a> Shown<'a> {
    pub(crate) fn of(
        cycle: Cycle,
        compared: &'a Compared,
        traced: Option<&'a Traced>,
        all: bool,
    ) -> Shown<'a> {
        let unexplained = traced.map(|traced| traced.unexplained(compared)).unwrap_or_default();
        Shown { cycle, compared, traced, unexplained, most: if all { usize::MAX } else { SHOWN }, all }
    }

    /// Whether nothing is left for anybody to do.
    pub(crate) fn agrees(&self) -> bool {
        self.compared.agrees()
            && self.traced.is_none_or(|traced| traced.findings.is_empty())
            && self.unexplained.iter().all(|rest| *rest == (0, 0))
    }
}

/// For people: what stands before everything else first.
pub(crate) fn to_page(shown: &Shown<'_>) -> Page {
    let compared = shown.compared;
    let mut page = Page::new();
    compared.own_faults.iter().take(shown.most).for_each(|fault| page.line(own_fault(fault)));
    compared.missing_cycles.iter().take(shown.most).for_each(|one| page.line(missing(one)));
    let earlier = |one: &&Finding| one.class == Class::OpeningDiffers && !one.is_carried;
    for one in compared.findings.iter().filter(earlier).take(shown.most) {
        let (code, difference) = (one.currency.code(), one.difference());
        page.line(format_args!(
            "opening_differs: {} {} opens on {} with {} more in theirs: the fault lies before, look at the {} before first",
            one.entity,
            one.subject,
            one.period.from,
            money(code, difference.opening),
            shown.cycle.name()
        ));
    }
    let counts = compared.by_class();
    let of_class: Vec<String> =
        counts.iter().map(|(class, count)| format!("{} {}", grouped(*count), class.name())).collect();
    page.line(format_args!(
        "by {}: {}; {} lines of ours left out, {} of theirs are none of ours",
        shown.cycle.name(),
        if of_class.is_empty() { "nothing to compare".to_owned() } else { of_class.join(", ") },
        grouped(compared.left_out),
        grouped(compared.not_ours)
    ));
    if compared.findings.iter().any(|one| one.class != Class::Agrees) {
        page.table(differences(shown));
    }
    if let Some(traced) = shown.traced {
        vouchers(shown, traced, &mut page);
    }
    page
}

fn own_fault(fault: &OwnFault) -> String {
    let OwnFault { side, kind, line, expected } = fault;
    let print = |minor| money(line.currency.code(), minor);
    let why = match kind {
        OwnFaultKind::DoesNotAddUp => {
            format!(
                "closes with {}, and opening and turnovers make {}",
                print(line.figures.closing),
                print(*expected)
            )
        }
        OwnFaultKind::NotCarried => {
            format!(
                "opens with {}, and the line before closes with {}",
                print(line.figures.opening),
                print(*expected)
            )
        }
    };
    format!(
        "{}: {}, line {}: {} {} of {} {why}",
        kind.name(),
        side.name(),
        line.line,
        line.entity,
        line.subject,
        line.from
    )
}

fn missing(one: &MissingCycle) -> String {
    format!(
        "missing_cycle: {} has no line of {} from {} to {}",
        one.side.name(),
        one.entity,
        one.period.from,
        one.period.to
    )
}

/// Each figure as ours, theirs, and by how much they differ.
fn differences(shown: &Shown<'_>) -> Table {
    let heads = [
        "from",
        "subject",
        "class",
        "figure",
        ">ours",
        ">theirs",
        ">theirs less ours",
        ">no voucher explains",
    ];
    let mut table = Table::new(&heads);
    let told = shown.compared.findings.iter().enumerate().filter(|(_, one)| one.class != Class::Agrees);
    for (place, one) in told.take(shown.most) {
        let code = one.currency.code();
        let (ours, theirs) = (one.ours.unwrap_or_default(), one.theirs.unwrap_or_default());
        let unexplained = shown.unexplained.get(place);
        for (name, ours, theirs, rest) in [
            ("opening", ours.opening, theirs.opening, None),
            ("debit", ours.debit, theirs.debit, unexplained.map(|rest| rest.0)),
            ("credit", ours.credit, theirs.credit, unexplained.map(|rest| rest.1)),
            ("closing", ours.closing, theirs.closing, None),
        ] {
            if ours == theirs {
                continue;
            }
            table.row([
                one.period.from.to_string(),
                format!("{} {} {code}", one.entity, one.subject),
                one.class.name().to_owned(),
                name.to_owned(),
                money(code, ours),
                money(code, theirs),
                money(code, theirs - ours),
                rest.map_or(String::new(), |rest| money(code, rest)),
            ]);
        }
    }
    table
}

fn vouchers(shown: &Shown<'_>, traced: &Traced, page: &mut Page) {
    let counts: Vec<String> = traced
        .by_class()
        .iter()
        .map(|(class, count)| format!("{} {}", grouped(*count), class.name()))
        .collect();
    page.line(match counts.is_empty() {
        true => "vouchers: all agree".to_owned(),
        false => format!("vouchers: {}", counts.join(", ")),
    });
    if !traced.findings.is_empty() {
        let heads =
            ["class", "voucher", "our date", "theirs", "transactions", "subject", ">debit", ">credit"];
        let mut table = Table::new(&heads);
        for one in traced.findings.iter().take(shown.most) {
            for effect in &one.effects {
                let code = one.currency.code();
                table.row([
                    one.class.name().to_owned(),
                    one.source.to_string(),
                    one.our_date.map_or(String::new(), |date| date.to_string()),
                    one.theirs.as_ref().map_or(String::new(), |(date, number)| format!("{number} of {date}")),
                    transactions(&one.transactions),
                    format!("{} {}", effect.subject, effect.period.from),
                    money(code, effect.debit),
                    money(code, effect.credit),
                ]);
            }
        }
        page.table(table);
    }
    let rest = shown.unexplained.iter().filter(|rest| **rest != (0, 0)).count();
    if rest > 0 {
        page.line(format_args!(
            "{} lines differ by what no voucher explains: the vouchers of a side are not those of its balances",
            grouped(rest as u64)
        ));
    }
}

/// The first few of a voucher's transactions.
fn transactions(all: &[Box<str>]) -> String {
    let few: Vec<&str> = all.iter().take(3).map(|one| &**one).collect();
    match all.len().saturating_sub(3) {
        0 => few.join(", "),
        more => format!("{}, {} more", few.join(", "), grouped(more as u64)),
    }
}

/// For programs: amounts in minor units, balances debit-positive.
pub(crate) fn to_json(shown: &Shown<'_>) -> Value {
    let compared = shown.compared;
    let own_faults = compared.own_faults.iter().map(|fault| {
        json!({
            "side": fault.side.name(), "kind": fault.kind.name(), "line": fault.line.line, "entity": fault.line.entity,
            "subject": fault.line.subject, "from": fault.line.from.to_string(), "expected": fault.expected,
        })
    });
    let missing = compared.missing_cycles.iter().map(|one| {
        json!({
            "side": one.side.name(), "entity": one.entity, "from": one.period.from.to_string(),
            "to": one.period.to.to_string(),
        })
    });
    let findings = compared.findings.iter().enumerate();
    let findings = findings.filter(|(_, one)| shown.all || one.class != Class::Agrees);
    let classes =
        compared.by_class().into_iter().map(|(class, count)| (class.name().to_owned(), json!(count)));
    json!({
        "cycle": shown.cycle.name(), "agrees": shown.agrees(),
        "own_faults": own_faults.collect::<Vec<_>>(), "missing_cycles": missing.collect::<Vec<_>>(),
        "left_out": compared.left_out, "not_ours": compared.not_ours,
        "classes": classes.collect::<serde_json::Map<_, _>>(),
        "findings": findings.map(|(place, one)| finding(shown, place, one)).collect::<Vec<_>>(),
        "vouchers": shown.traced.map(|traced| traced.findings.iter().map(voucher).collect::<Vec<_>>()),
        "days": shown.traced.map(|traced| traced.days.iter().map(day).collect::<Vec<_>>()),
    })
}

fn finding(shown: &Shown<'_>, place: usize, one: &Finding) -> Value {
    let figures = |figures: &Figures| {
        let Figures { opening, debit, credit, closing } = figures;
        json!({"opening": opening, "debit": debit, "credit": credit, "closing": closing})
    };
    let unexplained = shown.unexplained.get(place);
    json!({
        "class": one.class.name(), "carried": one.is_carried, "entity": one.entity, "subject": one.subject,
        "currency": one.currency.code(), "from": one.period.from.to_string(), "to": one.period.to.to_string(),
        "ours": one.ours.as_ref().map(figures), "theirs": one.theirs.as_ref().map(figures),
        "difference": figures(&one.difference()),
        "unexplained": unexplained.map(|(debit, credit)| json!({"debit": debit, "credit": credit})),
    })
}

fn voucher(one: &VoucherFinding) -> Value {
    let effects = one.effects.iter().map(|effect| {
        json!({
            "subject": effect.subject, "from": effect.period.from.to_string(), "debit": effect.debit,
            "credit": effect.credit,
        })
    });
    json!({
        "class": one.class.name(), "entity": one.entity, "currency": one.currency.code(), "source": one.source,
        "our_date": one.our_date.map(|date| date.to_string()),
        "their_date": one.theirs.as_ref().map(|(date, _)| date.to_string()),
        "their_voucher": one.theirs.as_ref().map(|(_, number)| number),
        "transactions": one.transactions, "effects": effects.collect::<Vec<_>>(),
    })
}

fn day(one: &DayDifference) -> Value {
    json!({
        "entity": one.entity, "subject": one.subject, "currency": one.currency.code(), "date": one.date.to_string(),
        "debit": one.debit, "credit": one.credit,
    })
}
