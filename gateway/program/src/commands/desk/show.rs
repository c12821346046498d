//! `longmen desk show`

use longmen_reconciliation::{Entries, ends_of};
use longmen_reconciliation_store::{Break, BreakId, Handling, Shown};
use longmen_terminal::Table;
use serde_json::{Value, json};

use super::breaks::{state, to_json};
use crate::desk_args::{DeskArgs, failed};
use crate::failure::{Conclusion, Failure};
use crate::moment::time;
use crate::money::money;
use crate::output::Output;
use crate::page::Page;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  longmen desk show B4f0c2a915f0c2a91 --desk desk")]
pub(crate) struct Args {
    /// The name of the difference, as `longmen desk breaks` lists it
    #[arg(value_parser = break_id)]
    id: BreakId,
    #[command(flatten)]
    desk: DeskArgs,
    #[command(flatten)]
    output: Output,
}

pub(super) fn run(args: &Args) -> Result<Conclusion, Failure> {
    let shown = args.desk.read()?.show(&args.id).map_err(failed)?;
    let told = json!({
        "break": shown.found.as_ref().map(to_json),
        "handlings": shown.handlings.iter().map(handling_json).collect::<Vec<_>>(),
    });
    args.output.show(&told, |_| describe(&args.id, &shown))?;
    Ok(Conclusion::Held)
}

/// A name of a difference on the command line.
pub(super) fn break_id(text: &str) -> Result<BreakId, String> {
    BreakId::parse(text)
        .ok_or_else(|| "B or F and 16 hexadecimal digits, as `longmen desk breaks` lists it".to_owned())
}

pub(super) fn handling_json(one: &Handling) -> Value {
    let legs = one
        .draft
        .entries
        .iter()
        .flat_map(Entries::legs)
        .map(|leg| json!({"account": leg.account, "side": leg.side.name(), "amount": leg.amount.0}));
    json!({
        "handling": one.id.0, "break": one.break_id.as_str(), "step": one.step, "kind": one.draft.kind.name(),
        "ends": one.draft.ends.map(longmen_reconciliation::End::name), "reason": one.draft.reason.as_str(),
        "original": one.draft.original, "legs": legs.collect::<Vec<_>>(), "maker": one.maker.as_str(),
        "state": one.state.name(), "transaction": one.transaction_text(), "proposal": one.proposal,
        "refusal": one.refusal, "made_at_us": one.made_at_us, "is_orphaned": one.is_orphaned,
    })
}

fn describe(id: &BreakId, shown: &Shown) -> Page {
    let mut page = Page::new();
    match &shown.found {
        Some(found) => describe_break(&mut page, found),
        None => page.line(format_args!("{id}: no run that counts finds it any more")),
    }
    for one in &shown.handlings {
        page.gap();
        describe_handling(&mut page, one);
    }
    page
}

fn describe_break(page: &mut Page, found: &Break) {
    let code = found.currency.code();
    page.line(format_args!("{}: {}, {}", found.id, found.finding.class.name(), state(found)));
    let mut table = Table::new(&["", "reference", "kind", "state", ">amount", ">fee"]);
    for (name, side) in [("books", &found.finding.book), ("file", &found.finding.file)] {
        if let Some(one) = side {
            table.row([
                name,
                &one.reference,
                one.kind.name(),
                one.state.name(),
                &money(code, one.gross.0.into()),
                &money(code, one.fee.0.into()),
            ]);
        }
    }
    page.table(table);
    let ends: Vec<&str> = ends_of(found.finding.class).iter().map(|end| end.name()).collect();
    if !ends.is_empty() {
        page.line(format_args!("may end by {}", ends.join(", ")));
    }
}

pub(super) fn describe_handling(page: &mut Page, one: &Handling) {
    let ends = one.draft.ends.map_or(String::new(), |end| format!(", which ends it: {}", end.name()));
    let became = match (&one.proposal, &one.refusal) {
        (_, Some(code)) => format!("{}: {code}", one.state.name()),
        (Some(number), None) => format!("{}, proposal {number}", one.state.name()),
        (None, None) => one.state.name().to_owned(),
    };
    page.line(format_args!(
        "handling {}: {} {} by {} at {}{ends}",
        one.id,
        one.draft.kind.name(),
        one.transaction_text(),
        one.maker,
        time(one.made_at_us)
    ));
    page.line(format_args!("{became}; why: {}", one.draft.reason));
    if let Some(entries) = &one.draft.entries {
        let mut table = Table::new(&["side", "=account", ">amount"]);
        for leg in entries.legs() {
            table.row([
                leg.side.name(),
                &leg.account,
                &money(entries.currency().code(), leg.amount.0.into()),
            ]);
        }
        page.table(table);
    }
}
