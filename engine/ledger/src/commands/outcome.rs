//! What becomes of a command: it is answered, or waits for shards. Its questions and what it does with the replies are one
//! type, [`AwaitShards`].

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;

use crate::access::acting::Acting;
use crate::account::row::Row;
use crate::answer::{Answer, ReplyTo};
use crate::batch::Batch;
use crate::commands::caller::Caller;
use crate::commands::close::Close;
use crate::contents::content::Content;
use crate::ids::{AccountId, ShardId};
use crate::rejection::Rejection;
use crate::shard::order::{PostMerges, ShardOrder, ShardQuery, ShardReply, ShowRows};
use crate::shard::round::Written;
use crate::state::State;
use crate::state::snapshot_start::SnapshotStart;

/// What becomes of a command next.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It is answered.
    Done,
    /// It waits for what these orders bring back; there may be none.
    Waits(Box<dyn Waiting>, Vec<(ShardId, ShardOrder)>),
    /// A close posts these transactions first, and then goes on.
    Carries(Caller, Close, Batch),
    /// What somebody proposed is done next.
    Executes(Caller, Arc<Acting>, Box<Content>),
    /// A snapshot begins here.
    Snapshot(SnapshotStart),
}

impl Outcome {
    /// Waits for the replies to these questions.
    pub(crate) fn wait<P: AwaitShards>(pending: P, queries: Vec<(ShardId, P::Query)>) -> Outcome {
        let orders = queries.into_iter().map(|(shard, query)| (shard, query.into())).collect();
        Outcome::Waits(Box::new(pending), orders)
    }

    /// The same question to every shard.
    pub(crate) fn wait_for_all<P: AwaitShards>(pending: P, state: &State, query: &P::Query) -> Outcome
    where
        P::Query: Clone,
    {
        Outcome::wait(pending, state.shards().map(|shard| (shard, query.clone())).collect())
    }

    /// Asks for the rows of accounts, with one question to each shard concerned.
    pub(crate) fn wait_for_rows<P: AwaitShards<Query = ShowRows>>(
        pending: P,
        state: &State,
        accounts: Vec<AccountId>,
    ) -> Outcome {
        let mut by_shard = BTreeMap::<ShardId, Vec<AccountId>>::new();
        for account in accounts {
            by_shard.entry(state.shard_of(account)).or_default().push(account);
        }
        let queries = by_shard.into_iter().map(|(shard, accounts)| (shard, ShowRows { accounts }));
        Outcome::wait(pending, queries.collect())
    }
}

/// What waits for replies of shards.
pub(crate) trait AwaitShards: Clone + Debug + Send + 'static {
    /// What it asks of them.
    type Query: ShardQuery;

    /// Goes on with their replies, by shard.
    fn finish(self, state: &mut State, replies: Replies<Self::Query>) -> Outcome;
}

/// The replies of shards to a question.
pub(crate) type Replies<Q> = Vec<(ShardId, <Q as ShardQuery>::Reply)>;

/// The replies to a question, out of the messages that they came in, by shard.
///
/// # Panics
/// If a shard replies twice: it is asked once, or what it wrote first could be taken last.
pub(crate) fn replies_to<Q: ShardQuery>(mut messages: Vec<(ShardId, ShardReply)>) -> Replies<Q> {
    messages.sort_by_key(|(shard, _)| *shard);
    assert!(messages.is_sorted_by(|one, next| one.0 < next.0), "a shard is asked once, and replies once");
    messages.into_iter().map(|(shard, message)| (shard, Q::reply(message))).collect()
}

/// What waits for shards, whatever it is.
pub(crate) trait Waiting: Debug + Send {
    /// Goes on with the replies.
    fn go_on(self: Box<Self>, state: &mut State, messages: Vec<(ShardId, ShardReply)>) -> Outcome;

    /// The same again: the whole state of the ledger can be cloned.
    fn again(&self) -> Box<dyn Waiting>;
}

impl<P: AwaitShards> Waiting for P {
    fn go_on(self: Box<Self>, state: &mut State, messages: Vec<(ShardId, ShardReply)>) -> Outcome {
        self.finish(state, replies_to::<P::Query>(messages))
    }

    fn again(&self) -> Box<dyn Waiting> {
        Box::new(self.clone())
    }
}

impl Clone for Box<dyn Waiting> {
    fn clone(&self) -> Box<dyn Waiting> {
        (**self).again()
    }
}

/// Merged entries are being posted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Merging;

impl AwaitShards for Merging {
    type Query = PostMerges;

    fn finish(self, state: &mut State, replies: Vec<(ShardId, Written)>) -> Outcome {
        state.take_written(replies);
        Outcome::Done
    }
}

impl State {
    /// Takes what shards have written.
    pub(crate) fn take_written(&mut self, replies: Vec<(ShardId, Written)>) {
        for (shard, written) in replies {
            self.output.frame.take_written(shard, written);
        }
    }

    /// Takes what shards have written, and the rows of hot accounts after it.
    pub(crate) fn take_rows(&mut self, shard: ShardId, written: Written, rows: &[(AccountId, Row)]) {
        self.output.frame.take_written(shard, written);
        for (account, row) in rows {
            self.hot.renew(*account, row, &self.books);
        }
    }

    /// Answers a command. Where it was proposed and is done now, that is written down with it.
    pub(super) fn answer(&mut self, reply_to: Option<ReplyTo>, answer: Answer) -> Outcome {
        if let Some(approval) = self.approval.take()
            && !matches!(answer, Answer::Rejected(_) | Answer::NotCarried(_))
        {
            self.take_approval(approval);
        }
        self.output.reply(reply_to, answer);
        Outcome::Done
    }

    /// Refuses a command.
    pub(crate) fn refuse(&mut self, reply_to: Option<ReplyTo>, rejection: Rejection) -> Outcome {
        self.answer(reply_to, Answer::Rejected(rejection))
    }
}
