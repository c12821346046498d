//! What goes between a question and the session that carries its commands to the engine.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use longmen_engine::ledger::{Answer, Command};

/// A place for one command and its answer. Clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Exchange(Arc<Mutex<Lies>>);

#[derive(Debug, Default)]
enum Lies {
    #[default]
    Nothing,
    Command(Command),
    Answer(Answer),
}

impl Exchange {
    /// Asks the engine. It wakes no task: the session that brings the answer goes on with the question.
    pub(super) async fn ask(&self, command: Command) -> Answer {
        drop(self.swap(Lies::Command(command)));
        poll_fn(|_| match self.swap(Lies::Nothing) {
            Lies::Answer(answer) => Poll::Ready(answer),
            other => {
                drop(self.swap(other));
                Poll::Pending
            }
        })
        .await
    }

    /// The command that waits to be carried to the engine.
    pub(super) fn take_command(&self) -> Option<Command> {
        match self.swap(Lies::Nothing) {
            Lies::Command(command) => Some(command),
            _ => None,
        }
    }

    /// Brings the engine's answer to the command that was taken.
    pub(super) fn bring(&self, answer: Answer) {
        drop(self.swap(Lies::Answer(answer)));
    }

    /// Nothing that holds it can panic halfway.
    fn swap(&self, other: Lies) -> Lies {
        let mut place = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *place, other)
    }
}
