//! `longmen day-end`

mod accrue;
mod args;
mod bills;
mod chain;
mod close;
mod day;
mod due;
mod ended;
mod expire;
mod reconcile;
mod revalue;
mod settings;
mod show;
mod statements;
mod vouchers;

pub(crate) use args::Args;

use crate::failure::{Conclusion, Failure};
use settings::Settings;

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let settings = Settings::read(&args.settings, &args.entity)?;
    match (args.show, args.due) {
        (true, _) => show::run(&args),
        (_, true) => due::run(&args, &settings).await,
        _ => chain::run(&args, &settings).await,
    }
}
