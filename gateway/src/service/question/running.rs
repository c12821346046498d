//! A question that is being answered.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll, Waker};

use longmen_engine::ledger::{Answer, Command};

use super::context::Context;
use super::exchange::Exchange;

/// A question that is being answered. It goes on where it is asked to, so that what it asks the engine first takes its
/// place between the requests before and after it; only the log is waited for elsewhere.
pub(crate) struct Running<A> {
    future: Pin<Box<dyn Future<Output = A> + Send>>,
    exchange: Exchange,
}

/// What comes next.
pub(crate) enum Step<A> {
    /// It asks the engine this, and goes on with the [answer](Running::bring).
    Ask(Command, Running<A>),
    /// It reads the log, and goes on when [that is done](Running::after_the_log).
    Read(Running<A>),
    /// It is answered.
    Answered(A),
}

impl<A> Running<A> {
    pub(super) fn new<F>(context: Context, ask: impl FnOnce(Context) -> F) -> Running<A>
    where
        F: Future<Output = A> + Send + 'static,
    {
        let exchange = context.exchange();
        Running { future: Box::pin(ask(context)), exchange }
    }

    /// Goes on as far as nothing has to be waited for.
    pub(crate) fn go_on(mut self) -> Step<A> {
        match self.poll(&mut TaskContext::from_waker(Waker::noop())) {
            Poll::Ready(Moved::Answered(outcome)) => Step::Answered(outcome),
            Poll::Ready(Moved::Asks(command)) => Step::Ask(command, self),
            Poll::Pending => Step::Read(self),
        }
    }

    /// Goes on with what the engine answers.
    pub(crate) fn bring(self, answer: Answer) -> Step<A> {
        self.exchange.bring(answer);
        self.go_on()
    }

    /// Waits for the log, and what comes after it.
    pub(crate) async fn after_the_log(mut self) -> Step<A> {
        match poll_fn(|context| self.poll(context)).await {
            Moved::Answered(outcome) => Step::Answered(outcome),
            Moved::Asks(command) => Step::Ask(command, self),
        }
    }

    fn poll(&mut self, context: &mut TaskContext<'_>) -> Poll<Moved<A>> {
        match self.future.as_mut().poll(context) {
            Poll::Ready(outcome) => Poll::Ready(Moved::Answered(outcome)),
            Poll::Pending => self
                .exchange
                .take_command()
                .map_or(Poll::Pending, |command| Poll::Ready(Moved::Asks(command))),
        }
    }
}

enum Moved<A> {
    Asks(Command),
    Answered(A),
}

impl<A> fmt::Debug for Running<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").finish_non_exhaustive()
    }
}
