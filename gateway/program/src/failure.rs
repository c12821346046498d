//! How the program ends.

use std::error::Error;
use std::fmt;
use std::io;
use std::process::ExitCode;

use longmen_client::{ClientError, Proposal, Refusal};
use longmen_server::NodeError;
use longmen_workload::LoadError;

use crate::output::{Output, remark};

/// What a command that did its work came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Conclusion {
    /// All that was checked held.
    Held,
    /// Something did not; it has been said what.
    DidNotHold,
    /// A file is not as it has to be; it has been said where.
    BadFile,
}

impl Conclusion {
    pub(crate) fn of(held: bool) -> Conclusion {
        if held { Conclusion::Held } else { Conclusion::DidNotHold }
    }

    pub(crate) fn exit_code(self) -> ExitCode {
        match self {
            Conclusion::Held => ExitCode::SUCCESS,
            Conclusion::DidNotHold => ExitCode::from(1),
            Conclusion::BadFile => ExitCode::from(2),
        }
    }
}

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The node said no.
    #[error("refused: {0}{remedy}", remedy = remedy(.0))]
    Refused(Refusal),
    /// Nothing was done: it was proposed, as it should be, and waits for approval.
    #[error("proposed")]
    Proposed(Box<Proposal>),
    /// The command line, or a file that it names.
    #[error("{0}")]
    Usage(String),
    /// The node could not be reached.
    #[error("{0}")]
    Unreachable(String),
    /// A change was sent, and no answer came.
    #[error("unknown whether {what} was done; {again}")]
    Unknown {
        /// What was sent.
        what: String,
        /// What to do now.
        again: String,
        /// Why no answer came.
        source: ClientError,
    },
    /// The node could not be reached, started or stopped.
    #[error(transparent)]
    Node(Box<dyn Error + Send + Sync>),
    /// What was looked at is damaged.
    #[error(transparent)]
    Damaged(Box<dyn Error + Send + Sync>),
    /// The output cannot be written. That nobody reads it is no failure.
    #[error("cannot write the output")]
    Output(#[from] io::Error),
}

impl Failure {
    /// A failure to reach, start or stop the node.
    pub(crate) fn node(error: impl Error + Send + Sync + 'static) -> Failure {
        Failure::Node(Box::new(error))
    }

    /// What came of a change that was sent: refused, or not answered. Whatever is sent so may be sent again: it does
    /// nothing twice.
    pub(crate) fn of_change(error: ClientError, what: &str) -> Failure {
        match error {
            ClientError::Refused(refusal) => Failure::Refused(refusal),
            ClientError::Proposed(proposal) => Failure::Proposed(proposal),
            source => {
                let again = "run the same command again, it does nothing twice".to_owned();
                Failure::Unknown { what: what.to_owned(), again, source }
            }
        }
    }

    /// A failure of a question about something: a refusal that does not say so itself names it.
    pub(crate) fn about(error: ClientError, what: impl fmt::Display) -> Failure {
        Failure::from(error).naming(what)
    }

    /// The same; a refusal that says no more than its code names what it is about.
    pub(crate) fn naming(self, what: impl fmt::Display) -> Failure {
        match self {
            Failure::Refused(Refusal { code, message: None }) if remedy_of(&code).is_none() => {
                Failure::Refused(Refusal { code, message: Some(what.to_string().into()) })
            }
            other => other,
        }
    }

    /// Says what went wrong on standard error, with its causes, and gives the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        if let Failure::Proposed(proposal) = self {
            return report_proposed(proposal);
        }
        let code = match self {
            Failure::Proposed(_) => 0,
            Failure::Refused(_) | Failure::Damaged(_) => 1,
            Failure::Usage(_) => 2,
            Failure::Unreachable(_) | Failure::Unknown { .. } | Failure::Node(_) | Failure::Output(_) => 3,
        };
        remark(with_causes(self));
        ExitCode::from(code)
    }
}

/// Prints what was proposed in place of being done: as JSON, where the command was told so.
fn report_proposed(proposal: &Proposal) -> ExitCode {
    let json = std::env::args_os().any(|argument| argument == "--json");
    let output = Output { json };
    match output.show(proposal, describe_proposed) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn describe_proposed(proposal: &Proposal) -> String {
    let Proposal { proposal: number, state, digest, .. } = proposal;
    let next = match &**state {
        "open" => {
            format!("another principal approves it: longmen approve {number} --digest {}", &digest[..8])
        }
        _ => format!("longmen proposals {number} tells who decided"),
    };
    format!("proposal {number} is {state}; {next}")
}

/// What to do about a refusal that says no more than its code; nothing where its code says it.
fn remedy(refusal: &Refusal) -> String {
    match &refusal.message {
        Some(_) => String::new(),
        None => remedy_of(&refusal.code).map_or(String::new(), |words| format!(": {words}")),
    }
}

/// What to do about a refusal that is not about what was asked, but about who asked or how the node is.
pub(crate) fn remedy_of(code: &str) -> Option<&'static str> {
    match code {
        "out_of_disk" => {
            Some("the node's disk is full, and nothing was done; make room there and send it again")
        }
        "busy" => Some("the node is at its limits, and nothing was done; send it again a little later"),
        "shutting_down" => {
            Some("the node is about to stop, and nothing was done; send it again when it is back")
        }
        "forbidden" => Some(
            "the node's roles do not let this principal do that, or not there, or not with so much; `longmen token roles` lists what each standard role may do",
        ),
        "reason_required" => {
            Some("the node's roles let this principal ask that only with a reason: give --reason")
        }
        "needs_approval" => Some(
            "it takes a second principal: send it again with --propose ID, and another approves it with `longmen approve`",
        ),
        "own_proposal" => Some("the maker of a proposal takes it back, and another approves or rejects it"),
        "proposal_closed" => {
            Some("it was decided otherwise, or its time has run out; `longmen proposals` tells")
        }
        "not_authenticated" => Some(
            "the node has no such client with this token or certificate; see --client, --token-file and --tls-client-cert",
        ),
        _ => None,
    }
}

/// An error with its causes. One that says the same as the error above it is not said again.
pub(crate) fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let words = error.to_string();
        if !text.ends_with(&words) {
            text.push_str(&format!(": {words}"));
        }
        cause = error.source();
    }
    text
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Failure {
        match error {
            ClientError::Refused(refusal) => Failure::Refused(refusal),
            ClientError::Proposed(proposal) => Failure::Proposed(proposal),
            other => Failure::node(other),
        }
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Failure {
        match error {
            LoadError::Client(error) => error.into(),
            other => Failure::node(other),
        }
    }
}

impl From<NodeError> for Failure {
    fn from(error: NodeError) -> Failure {
        Failure::node(error)
    }
}

#[cfg(test)]
mod tests {
    use longmen_client::ClientError;

    use super::*;

    #[test]
    fn causes_are_told_once() {
        #[track_caller]
        fn check(failure: &Failure, expect: &str) {
            assert_eq!(with_causes(failure), expect);
        }
        let broken = || ClientError::Io(io::Error::other("reset by peer"));
        let unknown = Failure::of_change(broken(), "the close");
        check(
            &unknown,
            "unknown whether the close was done; run the same command again, it does nothing twice: the connection to \
             the node broke: reset by peer",
        );
        check(&Failure::node(broken()), "the connection to the node broke: reset by peer");
        let refusal = Refusal { code: "busy".into(), message: None };
        check(&Failure::node(ClientError::Refused(refusal.clone())), "refused: busy");
        check(&Failure::node(ClientError::Dismissed(refusal)), "the node ended the connection: busy");
        // What says no more than its code, and is not about what was asked, says what to do.
        let refused = |code: &str, message: Option<&str>| {
            Failure::Refused(Refusal { code: code.into(), message: message.map(Into::into) })
        };
        check(
            &refused("out_of_disk", None),
            "refused: out_of_disk: the node's disk is full, and nothing was done; make room there and send it again",
        );
        check(&refused("out_of_disk", Some("said")), "refused: out_of_disk: said");
        check(&refused("malformed", None), "refused: malformed");
        // An error that prints its cause and gives it as well.
        #[derive(Debug, thiserror::Error)]
        #[error("while reading: {source}")]
        struct Twice {
            source: ClientError,
        }
        check(
            &Failure::node(Twice { source: ClientError::Closed }),
            "while reading: the node closed the connection",
        );
    }
}
