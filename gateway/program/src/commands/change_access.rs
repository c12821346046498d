//! `longmen change-access`

use std::path::PathBuf;

use longmen_access::AccessFile;
use longmen_client::ChangeAccessRequest;

use crate::connect_args::ConnectArgs;
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::proposing_args::ProposingArgs;
use crate::register::Register;

/// Have another access file hold, where that takes a second principal
///
/// A running node whose access file says that its change takes two goes on by the file before until the digest of the new one is
/// approved. This reads the file, and sends its digest; the file itself is put in place as ever, before or after.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  longmen change-access access.toml --propose access-7 --client ann --reason \"new approver\"
  longmen change-access access.toml --digest        what the approver holds against the proposal")]
pub(crate) struct Args {
    /// The new access file
    file: PathBuf,
    /// Only tell the digest of the file, without a node: an approver who has read it holds that against what is proposed
    #[arg(long, conflicts_with = "propose")]
    digest: bool,
    #[command(flatten)]
    register: Register,
    #[command(flatten)]
    connect_args: ConnectArgs,
    #[command(flatten)]
    proposing: ProposingArgs,
    #[command(flatten)]
    output: Output,
}

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let wrong = |error: &dyn std::fmt::Display| Failure::Usage(format!("{}: {error}", args.file.display()));
    let text = std::fs::read_to_string(&args.file).map_err(|error| wrong(&error))?;
    let file = AccessFile::parse(&text).map_err(|error| wrong(&error))?;
    let digest = file.digest().expect("a file that was read has a digest");
    if args.digest {
        args.output.show(&serde_json::json!({ "digest": digest }), |_| digest.clone())?;
        return Ok(Conclusion::Held);
    }
    let mut client = args.proposing.on(args.connect_args.connect().await?);
    let request = ChangeAccessRequest { digest: &digest, registration: args.register.registration() };
    let changed = client.change_access(&request).await;
    changed.map_err(|error| Failure::of_change(error, "the change"))?;
    let told = serde_json::json!({ "digest": digest });
    args.output.show(&told, |_| format!("the file of digest {digest} holds from when the node finds it"))?;
    Ok(Conclusion::Held)
}
