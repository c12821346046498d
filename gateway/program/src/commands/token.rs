//! `longmen token`

use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use longmen_access::{Secret, StandardRole, Token, TokenFile};
use longmen_engine::ledger::Operation;
use longmen_terminal::Table;
use serde_json::json;

use crate::argument::said;
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use crate::page::Page;

/// Make and revoke the tokens that principals prove themselves with (docs/SECURITY.md)
///
/// A token's secret is shown once, when it is made; the file keeps its hash. A node that runs with the file reads it again
/// within seconds.
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
Examples:
  longmen token create switch --role poster --file tokens.toml
  longmen token create ann --entity LM --expires 2027-01-01T00:00:00Z --file tokens.toml
  longmen token list --file tokens.toml
  longmen token revoke 6f1c22a09be4d377 --file tokens.toml
  longmen token roles                        what each standard role may do")]
pub(crate) enum Commands {
    /// Make a token, and show its secret once
    Create(CreateArgs),
    /// List tokens: whose they are, and whether they are taken
    List(ListArgs),
    /// Revoke a token: it is taken no more
    Revoke(RevokeArgs),
    /// List the operations, and which standard role may do which
    Roles(RolesArgs),
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  longmen token create switch --role poster --file tokens.toml
  longmen token create ann --network 10.8.0.0/16 --file tokens.toml")]
pub(crate) struct CreateArgs {
    /// The principal: whose token it is
    #[arg(value_parser = said)]
    principal: String,
    /// A role that it has; of a principal in the access file one of those that it has there. Without any, all of those
    #[arg(long = "role", value_name = "ROLE", value_parser = said)]
    roles: Vec<String>,
    /// An entity in whose books it holds; without any, wherever the roles do
    #[arg(long = "entity", value_name = "CODE", value_parser = said)]
    entities: Vec<String>,
    /// A network from which it is taken, such as 10.8.0.0/16; without any, from everywhere
    #[arg(long = "network", value_name = "NETWORK", value_parser = network)]
    networks: Vec<String>,
    /// The moment from which it is taken no more
    #[arg(long, value_name = "RFC 3339")]
    expires: Option<Timestamp>,
    /// The file of tokens; it is made where there is none
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  longmen token list --file tokens.toml")]
pub(crate) struct ListArgs {
    /// The file of tokens
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  longmen token revoke 6f1c22a09be4d377 --file tokens.toml")]
pub(crate) struct RevokeArgs {
    /// The token's id: `longmen token list` has it, and it stands in the secret behind `lmk_`
    #[arg(value_parser = said)]
    id: String,
    /// The file of tokens
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  longmen token roles --json")]
pub(crate) struct RolesArgs {
    #[command(flatten)]
    output: Output,
}

pub(crate) fn run(command: Commands) -> Result<Conclusion, Failure> {
    match command {
        Commands::Create(args) => create(args),
        Commands::List(args) => list(&args),
        Commands::Revoke(args) => revoke(&args),
        Commands::Roles(args) => roles(&args),
    }
}

fn create(args: CreateArgs) -> Result<Conclusion, Failure> {
    let locked = Locked::open(&args.file)?;
    let file = match locked.path.exists() {
        true => locked.read()?,
        false => TokenFile::default(),
    };
    let now = Timestamp::now();
    if let Some(expires) = args.expires.filter(|expires| *expires <= now) {
        return Err(Failure::Usage(format!("--expires {expires} has passed, it is {now:.0} now")));
    }
    let secret = Secret::from_bytes(rand::random(), rand::random());
    let some = |words: Vec<String>| (!words.is_empty()).then(|| words.into_iter().map(Into::into).collect());
    let networks = args.networks.iter().map(|network| network.parse()).collect::<Result<_, _>>();
    let mut token = secret.token_of(&args.principal);
    (token.roles, token.entities) = (some(args.roles), some(args.entities));
    token.networks = networks.ok().filter(|_| !args.networks.is_empty());
    (token.created, token.expires) = (Some(whole_seconds(now)), args.expires);
    locked.write(&file.with(token))?;
    let shown = json!({"id": secret.id(), "principal": args.principal, "secret": secret.to_string()});
    args.output.show(&shown, |_| {
        let mut page = Page::new();
        page.line(format_args!(
            "token {} of {}; its secret, which is shown this once:",
            secret.id(),
            args.principal
        ));
        page.gap();
        page.line(&secret);
        page
    })?;
    Ok(Conclusion::Held)
}

fn list(args: &ListArgs) -> Result<Conclusion, Failure> {
    let (file, now) = (read(&args.file)?, Timestamp::now());
    let tokens: Vec<&Token> = file.tokens().collect();
    let shown: Vec<_> = tokens.iter().map(|token| row(token, now)).collect();
    args.output.show(&shown, |_| {
        let mut table = Table::new(&["id", "principal", "state", "roles", "entities", "networks", "expires"]);
        for token in &tokens {
            let expires = token.expires.map_or("never".to_owned(), |moment| moment.to_string());
            table.row([
                token.id.to_string(),
                token.principal.to_string(),
                state(token, now).to_owned(),
                words(token.roles.as_ref(), "the principal's"),
                words(token.entities.as_ref(), "all"),
                words(token.networks.as_ref(), "any"),
                expires,
            ]);
        }
        let mut page = Page::new();
        page.table(table);
        page
    })?;
    Ok(Conclusion::Held)
}

fn revoke(args: &RevokeArgs) -> Result<Conclusion, Failure> {
    let now = whole_seconds(Timestamp::now());
    let locked = Locked::open(&args.file)?;
    let file = locked.read()?.revoke(&args.id, now).ok_or_else(|| {
        Failure::Usage(format!(
            "{} has no token {}: `longmen token list` lists them",
            args.file.display(),
            args.id
        ))
    })?;
    locked.write(&file)?;
    let shown = json!({"id": args.id, "revoked": now});
    args.output.show(&shown, |_| {
        let mut page = Page::new();
        page.line(format_args!(
            "token {} is revoked; a node that runs with the file takes it no more within seconds",
            args.id
        ));
        page
    })?;
    Ok(Conclusion::Held)
}

fn roles(args: &RolesArgs) -> Result<Conclusion, Failure> {
    let shown: Vec<_> = Operation::ALL
        .into_iter()
        .map(|operation| json!({"operation": operation.name(), "roles": names_of_roles(operation)}))
        .collect();
    args.output.show(&shown, |_| {
        let mut table = Table::new(&["operation", "standard roles that may do it"]);
        for operation in Operation::ALL {
            table.row([operation.name().to_owned(), names_of_roles(operation).join(", ")]);
        }
        let mut page = Page::new();
        page.table(table);
        page
    })?;
    Ok(Conclusion::Held)
}

fn names_of_roles(operation: Operation) -> Vec<&'static str> {
    StandardRole::of(operation).iter().map(|role| role.name()).collect()
}

fn row(token: &Token, now: Timestamp) -> serde_json::Value {
    json!({
        "id": token.id,
        "principal": token.principal,
        "state": state(token, now),
        "roles": token.roles,
        "entities": token.entities,
        "networks": token.networks,
        "created": token.created,
        "expires": token.expires,
        "revoked": token.revoked,
    })
}

fn state(token: &Token, now: Timestamp) -> &'static str {
    match (token.revoked, token.is_valid(now)) {
        (Some(_), _) => "revoked",
        (None, true) => "taken",
        (None, false) => "expired",
    }
}

fn words<'a, T: ToString + 'a>(all: Option<impl IntoIterator<Item = &'a T>>, none: &str) -> String {
    all.map_or(none.to_owned(), |all| all.into_iter().map(T::to_string).collect::<Vec<_>>().join(", "))
}

fn network(text: &str) -> Result<String, String> {
    let wrong = |_| "expected a network such as 10.8.0.0/16 or fd00::/8".to_owned();
    longmen_access::check_network(text).map(|()| text.to_owned()).map_err(wrong)
}

fn whole_seconds(moment: Timestamp) -> Timestamp {
    Timestamp::from_second(moment.as_second()).expect("a moment without its fraction is one")
}

fn read(path: &Path) -> Result<TokenFile, Failure> {
    let wrong = |words: String| Failure::Usage(format!("{}: {}", path.display(), words.trim_end()));
    let text = fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    TokenFile::parse(&text).map_err(|error| wrong(error.to_string()))
}

/// The file under a lock, so that of two that change it at once neither loses what the other did. It lies on the directory:
/// the file itself is replaced. A link is followed, so that who reads its target sees the change.
struct Locked {
    path: PathBuf,
    _directory: File,
}

impl Locked {
    fn open(path: &Path) -> Result<Locked, Failure> {
        let failed = |source: io::Error| Failure::Usage(format!("{}: {source}", path.display()));
        let path = if path.exists() { path.canonicalize().map_err(failed)? } else { path.to_path_buf() };
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let directory = File::open(parent.unwrap_or(Path::new("."))).map_err(failed)?;
        directory.lock().map_err(failed)?;
        Ok(Locked { path, _directory: directory })
    }

    fn read(&self) -> Result<TokenFile, Failure> {
        read(&self.path)
    }

    /// Puts the new file in the place of the old one in one step: a node that reads it meanwhile reads one of both. It is its
    /// owner's alone.
    fn write(&self, file: &TokenFile) -> Result<(), Failure> {
        let wrong = |words: String| Failure::Usage(format!("{}: {words}", self.path.display()));
        let text = file.to_text();
        // What could not be read again would lock everybody out.
        TokenFile::parse(&text).map_err(|error| wrong(error.to_string()))?;
        let parent = self.path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let written = || {
            let mut beside = tempfile::Builder::new()
                .permissions(Permissions::from_mode(0o600))
                .tempfile_in(parent.unwrap_or(Path::new(".")))?;
            beside.write_all(text.as_bytes())?;
            beside.as_file().sync_all()?;
            beside.persist(&self.path).map_err(|error| error.error).map(drop)
        };
        written().map_err(|error: io::Error| wrong(error.to_string()))
    }
}
