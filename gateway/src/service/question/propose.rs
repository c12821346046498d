//! Somebody proposes what takes a second principal. What it names is looked up first, so that it can be judged.

use longmen_engine::ledger::{
    AccountRef, ActionCode, Answer, AttributeChange, Batch, Command, Currency, Leg, Operation, Posted,
    Registered, TransactionId,
};

use super::context::{Ask, Context};
use super::known_accounts::KnownAccounts;
use crate::service::in_flight::InFlight;
use crate::service::originals;
use crate::service::post::Post;
use crate::service::sizes::{RECORD, one};
use crate::service::unanswered::Unanswered;
use longmen_access_log::Subject;
use longmen_engine::History;

/// What is proposed, and until when.
#[derive(Debug)]
pub(crate) struct ProposeAsked {
    pub(crate) id: TransactionId,
    /// The text that the id was given as; empty where it was a number.
    pub(crate) text_id: Box<str>,
    pub(crate) what: Proposable,
    pub(crate) expires_us: Option<i64>,
    pub(crate) at_once: bool,
}

/// What can be proposed.
#[derive(Debug)]
pub(crate) enum Proposable {
    /// One transaction.
    Post(Box<Post>),
    Command(Box<Command>),
}

impl Proposable {
    /// What it is, and the accounts that it names.
    fn subject(&self) -> Subject {
        let (name, accounts) = match self {
            Proposable::Post(post) => {
                let Batch { transactions, legs, keys, .. } = &post.batch;
                let of_leg = |(place, leg): (usize, &Leg)| {
                    let key = keys.iter().find(|(at, _)| *at as usize == place);
                    key.map_or(AccountRef::Id(leg.account), |(_, key)| AccountRef::Key(key.clone()))
                };
                let code = transactions.first().map(|transaction| post.batch.action_code(transaction));
                (code.map_or("post", ActionCode::name), legs.iter().enumerate().map(of_leg).collect())
            }
            Proposable::Command(command) => of_command(command),
        };
        Subject::of_accounts(&accounts).with("what", Some(name))
    }
}

/// What a command is, by the name of its operation, and the accounts that it names.
fn of_command(command: &Command) -> (&'static str, Vec<AccountRef>) {
    match command {
        Command::Change(asked) => {
            let name = match asked.change {
                AttributeChange::States { .. } => "set_state",
                AttributeChange::Hot(_) => "set_hot",
                AttributeChange::Reserve(_) => "set_reserve",
                AttributeChange::Limits { .. } => "set_limits",
            };
            (name, vec![asked.account.clone()])
        }
        Command::CloseDay { carry_forward, .. } => ("close_day", carry_forward.clone()),
        Command::MapCustomer { account, .. } => ("map_customer", vec![account.clone()]),
        Command::MapType { .. } => ("map_type", Vec::new()),
        Command::SetBookingMode { .. } => ("set_booking_mode", Vec::new()),
        Command::SetFeeRules { .. } => ("set_fee_rules", Vec::new()),
        Command::ChangeAccess { .. } => ("change_access", Vec::new()),
        // Nothing else can be proposed.
        _ => ("", Vec::new()),
    }
}

/// What came of a proposal or its approval.
#[derive(Debug)]
pub(crate) enum Executed {
    /// It waits for approval, or was decided before.
    Proposed(Box<Registered>, KnownAccounts),
    Posted(Posted),
    NotCarried(Currency),
    Done,
}

impl Ask for ProposeAsked {
    // Whoever may do something may propose it: the ledger, which knows what is proposed, judges that.
    const OPERATION: Operation = Operation::Proposals;

    type Answer = Executed;

    fn price(&self) -> InFlight {
        one(RECORD)
    }

    fn subject(&self) -> Subject {
        let id = if self.text_id.is_empty() { self.id.0.to_string() } else { self.text_id.to_string() };
        self.what.subject().with("propose", Some(id))
    }

    fn told(executed: &Executed, subject: &mut Subject) -> usize {
        executed.tell(subject)
    }

    async fn ask(self, context: &Context) -> Result<Executed, Unanswered> {
        let ProposeAsked { id, text_id, what, expires_us, at_once } = self;
        let command = match what {
            Proposable::Command(command) => *command,
            Proposable::Post(post) => Command::Post(context.with_originals(post).await?.batch),
        };
        let command = Command::Propose { id, text_id, command: Box::new(command), expires_us, at_once };
        context.executed(command).await
    }
}

impl Executed {
    /// Notes the accounts that its answer speaks of; how many rows that is.
    pub(super) fn tell(&self, subject: &mut Subject) -> usize {
        let Executed::Proposed(_, accounts) = self else { return 0 };
        accounts.ids().for_each(|account| subject.tell(account));
        1
    }

    fn of(answer: Answer) -> Option<Executed> {
        match answer {
            Answer::Proposals(mut proposals) => {
                let registered = Box::new(proposals.pop()?);
                Some(Executed::Proposed(registered, KnownAccounts::default()))
            }
            Answer::Posted(posted) => Some(Executed::Posted(posted)),
            Answer::NotCarried(currency) => Some(Executed::NotCarried(currency)),
            Answer::Done => Some(Executed::Done),
            _ => None,
        }
    }
}

impl Context {
    /// What comes of a command that proposes or approves, with the accounts that the answer speaks of.
    pub(super) async fn executed(&self, command: Command) -> Result<Executed, Unanswered> {
        match self.ask(command, Executed::of).await? {
            Executed::Proposed(registered, _) => {
                let about = registered.proposal.accounts.iter().copied();
                let accounts = self.accounts_in(about).await?;
                Ok(Executed::Proposed(registered, KnownAccounts::of(accounts)))
            }
            // What was done at once before has its legs in its record.
            Executed::Posted(mut posted) if posted.lacks_legs() => {
                let read = |history: &History| history.give_made_legs(&mut posted).map(|()| posted);
                Ok(Executed::Posted(self.look_up(read).await?))
            }
            other => Ok(other),
        }
    }

    /// A post with what the log has of the originals that it names.
    pub(super) async fn with_originals(&self, mut post: Box<Post>) -> Result<Box<Post>, Unanswered> {
        if !post.batch.names_others() {
            return Ok(post);
        }
        let read = |answer| match answer {
            Answer::Located(places) => Some(places),
            _ => None,
        };
        let places = self.ask(Command::Locate(originals::named_by(&mut post)), read).await?;
        originals::locate(&mut post, &places);
        self.look_up(|history| originals::attach(history, post)).await
    }
}
