//! What a caller asks for, parsed: nothing in it can be wrong in form.

use longmen_engine::ledger::Command;

use super::post::Post;
use super::question::Question;

/// What a caller asks for.
#[derive(Debug)]
pub(crate) enum Request {
    /// To be known by a name.
    Hello(Hello),
    /// Nothing but an answer.
    Ping,
    /// A change that the engine makes in one step.
    Command(Command),
    /// A post, with what is malformed in which transaction.
    Post(Post),
    /// To be told something, and why; nothing changes by it.
    Question(Question, Option<Box<str>>),
}

/// A hello.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Hello {
    pub(crate) name: Box<str>,
    pub(crate) token: Option<Box<str>>,
    /// The principal for whom it wants to act.
    pub(crate) on_behalf: Option<Box<str>>,
}
