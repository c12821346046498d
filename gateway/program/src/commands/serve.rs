//! `longmen serve`

use longmen_server::{ServeArgs, serve};

use crate::failure::{Conclusion, Failure, with_causes};

/// Serve the books in a data directory over TCP
///
/// Recovers the books, or begins a new ledger where the directory is empty or not there yet, and says so; a directory of
/// something else is refused. Prints `listening on ADDRESS`, and serves until SIGTERM or SIGINT: then it answers what is
/// under way, tells every client, and records a clean end. A node that listens beyond loopback needs TLS, and tokens or clients with certificates. On SIGHUP it
/// reads the files of TLS again, as it does when they change. On SIGUSR1 it says on standard
/// error where its time went since it was last asked.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  longmen serve --data books
  longmen serve --data books --shards 4
  longmen serve --data books --listen 0.0.0.0:7440 --tokens tokens --tls-cert node.pem --tls-key node.key
  longmen serve --data books --tls-cert node.pem --tls-key node.key --tls-client-ca ca.pem --tls-crl crl.pem")]
pub(crate) struct Args {
    #[command(flatten)]
    node: ServeArgs,
}

pub(crate) fn run(args: &Args) -> Result<Conclusion, Failure> {
    serve(&args.node).map_err(|error| match error.is_of_arguments() {
        true => Failure::Usage(with_causes(&error)),
        false => Failure::node(error),
    })?;
    Ok(Conclusion::Held)
}
