//! The seam of the gateway. A [`Caller`](caller::Caller) sends a [`Request`], in the domain's own types, and gets an [`Answer`]; a
//! [`Session`] carries many of them at once. Limits, permits and deadlines hold here, in every face: a face of
//! the gateway reads its protocol into requests, writes answers in it, and knows nothing of the engine.
//!
//! What a payment takes is a state in [`Pending`](pending::Pending), and no future: many thousand are under way at once.
//! Questions are futures, one function each ([`question`]).

mod admission;
mod answer;
mod caller;
mod cancel;
mod certificate;
mod deadlines;
mod fault;
mod in_flight;
mod limits;
mod load;
mod log;
mod origin;
mod originals;
mod pending;
mod permits;
mod places;
mod post;
pub(crate) mod price;
pub(crate) mod question;
mod recording;
mod request;
mod session;
mod sizes;
#[cfg(test)]
mod tests;
mod tokens;
mod unanswered;

use std::sync::Arc;

use admission::{Admission, Latest};
use longmen_access_log::Recorder;
use longmen_engine::ledger::Rejection;
use longmen_engine::{History, Intake, Meters};

pub(crate) use answer::{Answer, Answered, Outcome, Welcome};
pub(crate) use certificate::Certificate;
pub(crate) use deadlines::{Connection, Deadlines, Due, Progress};
pub(crate) use fault::Fault;
pub use in_flight::InFlight;
pub use limits::Limits;
use load::Load;
use log::Log;
pub(crate) use origin::Origin;
pub(crate) use post::Post;
pub(crate) use question::Question;
pub(crate) use request::{Hello, Request};
pub(crate) use session::{Ready, Session};
pub(crate) use sizes::RESULT;
pub use tokens::{Tokens, TokensError};
pub(crate) use unanswered::Unanswered;

/// What answers requests, for all sessions of all faces.
pub(crate) struct Service {
    intake: Intake,
    log: Log,
    limits: Limits,
    tokens: Option<Tokens>,
    access: Option<Latest>,
    recorder: Option<Recorder>,
    load: Arc<Load>,
}

impl Service {
    pub(crate) fn new(
        intake: Intake,
        history: History,
        limits: Limits,
        (tokens, access): (Option<Tokens>, Option<Latest>),
        recorder: Option<Recorder>,
    ) -> Service {
        Service {
            intake,
            log: Log::new(history, limits.lookups),
            load: Arc::new(Load::new(limits.node, limits.connections)),
            limits,
            tokens,
            access,
            recorder,
        }
    }

    /// Where the node's time goes.
    pub(crate) fn meters(&self) -> &Meters {
        self.intake.meters()
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// What all sessions have under way.
    #[cfg(any(test, feature = "fuzz"))]
    pub(crate) fn held(&self) -> InFlight {
        self.load.permits.held()
    }

    /// Takes a place for one more connection, if there is one.
    pub(crate) fn try_take_place(&self) -> bool {
        self.load.places.try_take()
    }

    /// Gives back the place of a connection that ended.
    pub(crate) fn give_back_place(&self) {
        self.load.places.give_back();
    }

    /// Whether a hello that was let in proved whose it is.
    fn is_proof(&self, origin: &Origin) -> bool {
        self.tokens.is_some() || matches!(origin.certificate, Certificate::Of(_))
    }

    /// Lets in a caller that is who it says; `None`: it may do everything. Without tokens and certificates, every name is taken
    /// at its word.
    fn admit(&self, hello: &Hello, origin: &Origin) -> Result<Option<Admission>, Rejection> {
        if let Some(access) = &self.access {
            return Admission::of(access, hello, origin).map(Some);
        }
        let token = hello.token.as_deref().unwrap_or_default();
        let by_token = self.tokens.as_ref().map(|tokens| tokens.admits(&hello.name, token));
        if !origin.certificate.admits(&hello.name, by_token) {
            return Err(Rejection::NotAuthenticated);
        }
        // Nobody else is known, in whose name somebody could act.
        if hello.on_behalf.is_some() { Err(Rejection::Forbidden) } else { Ok(None) }
    }
}
