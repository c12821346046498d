//! What a change of an account rests on: that nothing has happened to it since it was looked at.

use longmen_engine::Cursor;

use crate::argument::plain;

/// What a change rests on.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Expected {
    /// Only if the account's newest record is still this one, as `longmen balance` and each change of it show it: a posting, a hold
    /// or another change since then refuses this one (version_conflict)
    #[arg(long, value_name = "POSITION", value_parser = position)]
    expected: Option<String>,
}

fn position(text: &str) -> Result<String, String> {
    match plain::<Cursor>(text) {
        Some(Cursor { leg: 0, .. }) => Ok(text.to_owned()),
        _ => Err("it is three numbers, such as 42/0/7, as `longmen balance` shows them".to_owned()),
    }
}

impl Expected {
    /// The position, as it was given.
    pub(crate) fn position(&self) -> Option<&str> {
        self.expected.as_deref()
    }
}
