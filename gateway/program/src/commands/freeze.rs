//! `longmen freeze`

use jiff::Timestamp;
use longmen_client::{Freeze, HoldKind};

use crate::account_name::{LegName, with_account_names};
use crate::argument::said;
use crate::connect_args::ConnectArgs;
use crate::failure::{Conclusion, Failure};
use crate::money::Least;
use crate::output::Output;
use crate::posting::{Posting, check_amount, currency};
use crate::proposing_args::ProposingArgs;

/// Set an amount of an account aside (冻结)
///
/// Nothing moves: the amount is no longer available until it is released, spent or expires. The hold is named by the
/// id of this transaction.
#[derive(Debug, clap::Args)]
#[command(after_help = with_account_names("\
Examples:
  longmen freeze LM/U1/CNY=300.00 --id F7
  longmen freeze LM/U1/CNY=50.00 --id case-12 --kind judicial --authority \"court 3\" --reason \"case 12\"
  longmen freeze LM/U1/CNY=8.00 --id basket-4 --expires 2026-12-01T00:00:00+08:00"))]
pub(crate) struct Args {
    /// The account, and how much
    #[arg(value_name = "ACCOUNT=AMOUNT")]
    what: LegName,
    /// What it is for
    #[arg(long = "kind", value_enum, default_value_t = Kind::Business)]
    hold_kind: Kind,
    /// Who alone may release or spend it; without it, whoever knows its name
    #[arg(long, value_name = "NAME", value_parser = said)]
    authority: Option<String>,
    /// When it is released by itself; a moment to come
    #[arg(long, value_name = "RFC 3339")]
    expires: Option<Timestamp>,
    #[command(flatten)]
    posting: Posting,
    #[command(flatten)]
    connect_args: ConnectArgs,
    #[command(flatten)]
    proposing: ProposingArgs,
    #[command(flatten)]
    output: Output,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Kind {
    /// 业务冻结: an escrow, a withdrawal under way
    Business,
    /// 控制金额
    Control,
    /// 司法冻结
    Judicial,
    /// 挂失冻结
    Loss,
}

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let expires_us = args.posting.expiry(args.expires)?;
    let mut client = args.proposing.on(args.connect_args.connect().await?);
    let currency = currency(&mut client, &args.what.account).await?;
    check_amount(&args.what.account, &currency, &args.what.amount, Least::AboveZero)?;
    let kind = match args.hold_kind {
        Kind::Business => HoldKind::Business,
        Kind::Control => HoldKind::Control,
        Kind::Judicial => HoldKind::Judicial,
        Kind::Loss => HoldKind::Loss,
    };
    let freeze = Freeze {
        kind: Some(kind),
        authority: args.authority,
        expires_us,
        ..Freeze::new(args.what.account.0, &*args.what.amount, &currency)
    };
    args.posting.send(&mut client, Some(freeze.into()), Vec::new(), args.output).await
}
