//! How a command reaches a node.

use std::path::PathBuf;
use std::time::Duration;

use longmen_client::{Client, ClientError, ClientOptions, Refusal};
use longmen_server::warning_of;

use crate::argument::said;
use crate::failure::Failure;
use crate::output::remark;
use crate::tls_args::TlsArgs;

/// Where the node is, and who asks.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ConnectArgs {
    /// The node's address
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:7440", env = "LONGMEN_ADDR", value_parser = host_and_port)]
    addr: String,
    /// The client's name: the scope of its transaction ids
    #[arg(long, value_name = "NAME", default_value = "longmen", env = "LONGMEN_CLIENT", value_parser = said)]
    client: String,
    /// A file with the client's token, where the node has tokens
    #[arg(long, value_name = "FILE", env = "LONGMEN_TOKEN_FILE")]
    token_file: Option<PathBuf>,
    #[command(flatten)]
    tls: TlsArgs,
    /// How long to wait for each answer of the node, in seconds; 0: for ever
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    timeout: u64,
}

impl ConnectArgs {
    /// Who asks.
    pub(crate) fn client(&self) -> &str {
        &self.client
    }

    /// Connects and says hello.
    pub(crate) async fn connect(&self) -> Result<Client, Failure> {
        let token = self.token_file.as_deref().map(read_token).transpose()?;
        let limit = (self.timeout > 0).then(|| Duration::from_secs(self.timeout));
        let (address, name) = (self.addr.clone(), self.client.clone());
        connect(&ClientOptions { address, name, token, tls: self.tls.read()?, limit }).await
    }
}

/// How a question reaches a node, and why it is asked.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct AskArgs {
    #[command(flatten)]
    connect_args: ConnectArgs,
    /// Why you ask (查询事由): the node's access log keeps it, and roles may demand one
    #[arg(long, value_name = "TEXT", env = "LONGMEN_REASON", value_parser = said)]
    reason: Option<String>,
}

impl AskArgs {
    /// Who asks.
    pub(crate) fn client(&self) -> &str {
        self.connect_args.client()
    }

    /// Connects and says hello.
    pub(crate) async fn connect(&self) -> Result<Client, Failure> {
        let mut client = self.connect_args.connect().await?;
        client.give_reason(self.reason.as_deref());
        Ok(client)
    }
}

/// An address as far as it can be told without looking its host up.
pub(crate) fn host_and_port(text: &str) -> Result<String, String> {
    let port = text.rsplit_once(':').filter(|(host, _)| !host.is_empty()).map(|(_, port)| port.parse());
    let host = text.rsplit_once(':').map_or(text, |(host, _)| host);
    match port {
        _ if host.contains(':') && !(host.starts_with('[') && host.ends_with(']')) => {
            Err("an address of IPv6 stands in brackets before its port, such as [::1]:7440".to_owned())
        }
        Some(Ok(1_u16..)) => Ok(text.to_owned()),
        _ => Err("expected HOST:PORT, such as 127.0.0.1:7440".to_owned()),
    }
}

/// Connects and says hello.
pub(crate) async fn connect(options: &ClientOptions) -> Result<Client, Failure> {
    let address = &options.address;
    Client::connect_with(options).await.map_err(|error| match error {
        ClientError::Refused(refusal) => Failure::Refused(refusal),
        ClientError::Connect { address, source } => Failure::Unreachable(format!(
            "cannot reach {address}: {source}; start a node with `longmen serve --data DIR`, or say with --addr where \
             there is one"
        )),
        ClientError::Tls { address, source } => Failure::Unreachable(format!(
            "no TLS with {address}: {source}; its certificate must come from an authority of --tls-ca and have the name of \
             --addr or --tls-name, and one that asks for certificates must trust yours (--tls-client-cert)"
        )),
        ClientError::Dismissed(Refusal { code, message: Some(why) })
            if &*code == "not_authenticated" && options.tls.is_none() =>
        {
            Failure::Unreachable(format!("{address}: {why}; name the authority of its certificate by --tls-ca"))
        }
        ClientError::TimedOut { limit } => Failure::Unreachable(format!(
            "{address} does not answer: no welcome within {limit:?}; the node there stands still, or it is none"
        )),
        other => Failure::node(other),
    })
}

/// Reads a file that holds a token and nothing else.
pub(crate) fn read_token(path: &std::path::Path) -> Result<String, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))?;
    // That it cannot be looked at is no reason not to use it: it was read.
    if let Ok(Some(warning)) = warning_of(path) {
        remark(warning);
    }
    let token = text.trim();
    if token.contains('\n') {
        return Err(Failure::Usage(format!(
            "{} has several lines, and a token is one: keep only the secret, which begins with lmk_",
            path.display()
        )));
    }
    Ok(token.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_host_and_a_port() {
        for (text, is_one) in [
            ("127.0.0.1:7440", true),
            ("node.example:1", true),
            ("[::1]:7440", true),
            ("::1", false),
            ("::1:7440", false),
            ("[::1]", false),
            ("127.0.0.1", false),
            ("localhost", false),
            (":7440", false),
            ("host:", false),
            ("host:0", false),
            ("host:65536", false),
            ("", false),
        ] {
            assert_eq!(host_and_port(text).is_ok(), is_one, "{text}");
        }
    }
}
