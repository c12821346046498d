//! `longmen interest close`

use longmen_day_end::interest::{Closing, close, post_dues};

use super::outcome::{Bars, SettingsArgs, due_json, json, lines, of_run, table};
use crate::account_name::{AccountName, with_account_names};
use crate::connect_args::AskArgs;
use crate::desk_args::DeskArgs;
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::page::Page;

/// End an account's interest (销户结息), and post what is due
///
/// The day of closing is the entity's accounting date, which earns nothing any more; interest up to the day before is paid into the account, or
/// where its product says. Pay out what it then has, and set its state. Do it before the day is accrued.
#[derive(Debug, clap::Args)]
#[command(after_help = with_account_names("\
Examples:
  longmen interest close LM/U1/CNY --desk desk --interest interest.toml --dry-run
  longmen interest close LM/U1/CNY --desk desk --interest interest.toml"))]
pub(crate) struct Args {
    /// Whose interest
    #[arg(value_name = "ACCOUNT")]
    account: AccountName,
    /// Only show what would be posted; nothing is kept
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    desk_args: DeskArgs,
    #[command(flatten)]
    settings_args: SettingsArgs,
    #[command(flatten)]
    ask_args: AskArgs,
    #[command(flatten)]
    output: Output,
}

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let name = args.account.to_string();
    let Some((entity, _)) = args.account.entity_and_currency() else {
        return Err(Failure::Usage(format!("{name}: name the account by its entity, number and currency")));
    };
    let settings = args.settings_args.read()?;
    let mut client = args.ask_args.connect().await?;
    let mut store = args.desk_args.open()?;
    let mut bars = Bars::default();
    let watch = &mut |step| bars.at(step);
    let closing = if args.dry_run { Closing::Told } else { Closing::Done };
    let account = (entity, name.as_str());
    let closed = close(&mut client, &mut store, &settings, account, closing, watch).await.map_err(of_run)?;
    let posted = match closing {
        Closing::Done => Some(post_dues(&mut client, &mut store, entity, watch).await.map_err(of_run)?),
        Closing::Told => None,
    };
    bars.finish();
    let dues: Vec<_> = closed.dues.iter().map(due_json).collect();
    let value = serde_json::json!({
        "account": name, "date": closed.on.to_string(), "had_ended": closed.had_ended, "dues": dues,
        "posting": posted.as_ref().map(json),
    });
    args.output.show(&value, |_| {
        let mut page = Page::from(table(&closed.dues));
        let words = match (closed.had_ended, &posted) {
            (true, _) => format!("interest of {name} had ended before"),
            (false, Some(_)) => format!("interest of {name} has ended on {}", closed.on),
            (false, None) => format!("interest of {name} would end on {}; nothing is kept", closed.on),
        };
        page.line(format_args!("{words}"));
        if let Some(done) = &posted {
            lines(done).into_iter().for_each(|line| page.line(line));
        }
        page
    })?;
    Ok(Conclusion::of(posted.is_none_or(|done| done.refused.is_empty())))
}
