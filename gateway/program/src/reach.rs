//! How a command reaches a node.

use std::path::PathBuf;

use longmen_client::Client;

use crate::failure::Failure;

/// Where the node is, and who asks.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Reach {
    /// The node's address
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:7440")]
    addr: String,
    /// The client's name: the scope of its transaction ids
    #[arg(long, value_name = "NAME", default_value = "longmen")]
    client: String,
    /// A file with the client's token, where the node has tokens
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

impl Reach {
    /// Connects and says hello.
    pub(crate) async fn connect(&self) -> Result<Client, Failure> {
        let token = self.token_file.as_deref().map(read_token).transpose()?;
        Ok(Client::connect(&self.addr, &self.client, token.as_deref()).await?)
    }
}

/// Reads a file that holds a token and nothing else.
pub(crate) fn read_token(path: &std::path::Path) -> Result<String, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))?;
    Ok(text.trim().to_owned())
}
