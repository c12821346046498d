//! How a command is proposed in place of being done.

use longmen_client::{Client, Proposing};
use longmen_engine::ledger::MOST_OPEN_US;

use crate::id_name::IdName;
use crate::moment::Moment;

/// Whether it is proposed to another principal (四眼原则).
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ProposingArgs {
    /// Do not do it, but propose it under this id (经办): another principal approves it with `longmen approve`
    #[arg(long, value_name = "ID")]
    propose: Option<IdName>,
    /// When the proposal ends if nobody decides: a time such as 2018-05-02T16:30:00Z; without it, after a day
    #[arg(long, value_name = "TIME", requires = "propose", conflicts_with = "at_once", value_parser = moment)]
    propose_until: Option<i64>,
    /// Do it at once all the same, to be reviewed by another principal afterwards (应急处置); takes the right to break_glass
    #[arg(long, requires = "propose")]
    at_once: bool,
}

impl ProposingArgs {
    /// The client, proposing where that is wanted.
    pub(crate) fn on(&self, client: Client) -> Client {
        match &self.propose {
            None => client,
            Some(id) => client.proposing(Proposing {
                id: id.id(),
                expires_us: self.propose_until,
                at_once: self.at_once,
            }),
        }
    }
}

fn moment(text: &str) -> Result<i64, String> {
    match text.parse::<Moment>() {
        Ok(Moment::Time(time_us)) => {
            let ahead_us = time_us.saturating_sub(jiff::Timestamp::now().as_microsecond());
            match ahead_us {
                ..=0 => Err("that has passed".to_owned()),
                ahead_us if ahead_us > MOST_OPEN_US => {
                    Err("a proposal ends 31 days after it was made at the latest".to_owned())
                }
                _ => Ok(time_us),
            }
        }
        _ => Err("expected a time such as 2018-05-02T16:30:00Z".to_owned()),
    }
}
