//! How a client connects.

use std::time::Duration;

use crate::tls::Tls;

/// Where a node is, who connects to it, and how.
///
/// ```no_run
/// use longmen_client::{Client, ClientOptions, Tls, TlsSettings};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let (authorities, certificate, key) =
///     (std::fs::read("ca.pem")?, std::fs::read("switch.pem")?, std::fs::read("switch.key")?);
/// let own = Some((&certificate[..], &key[..]));
/// let tls = Tls::new(&TlsSettings { authorities: &authorities, own, node_name: None })?;
/// let options = ClientOptions { tls: Some(tls), ..ClientOptions::new("ledger.example:7440", "switch") };
/// let mut client = Client::connect_with(&options).await?;
/// client.ping().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// Host and port.
    pub address: String,
    /// The client's name: the scope of its transaction ids.
    pub name: String,
    /// Its token, where the node has tokens.
    pub token: Option<String>,
    /// `None`: in plain text.
    pub tls: Option<Tls>,
    /// How long to wait for the welcome, and for each answer of a [`Client`](crate::Client); `None`: for ever.
    pub limit: Option<Duration>,
}

impl ClientOptions {
    /// In plain text, without a token, waiting for ever.
    #[must_use]
    pub fn new(address: impl Into<String>, name: impl Into<String>) -> ClientOptions {
        ClientOptions { address: address.into(), name: name.into(), token: None, tls: None, limit: None }
    }
}
