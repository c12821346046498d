//! What the commands that show a list have in common.

use longmen_client::MAX_LIST;

use crate::connect_args::AskArgs;
use crate::output::Output;

/// How much of a list is wanted, from which node, and how it is shown.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Listing {
    /// How many at most
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_LIST)))]
    pub(crate) limit: u32,
    #[command(flatten)]
    pub(crate) ask_args: AskArgs,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// A list that is gone through page by page.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Pages {
    /// Go on where the page before ended
    #[arg(long, value_name = "POSITION")]
    pub(crate) after: Option<String>,
    #[command(flatten)]
    pub(crate) listing: Listing,
}
