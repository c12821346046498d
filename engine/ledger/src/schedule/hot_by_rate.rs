//! Accounts become hot, and ordinary again, by the measured rates of their legs.

use crate::account::AccountRef;
use crate::account::change::{AccountChange, AttributeChange};
use crate::commands::caller::Caller;
use crate::commands::command::Command;
use crate::ids::ClientId;
use crate::schedule::Coordinator;
use crate::schedule::backlog::Queued;

impl Coordinator {
    /// Puts the judgement of the measured rates into the queue, as commands of the ledger's own.
    pub(super) fn judge_hot_accounts(&mut self) {
        let hot = self.state.hot.accounts();
        let room = self.state.settings.hot_accounts.saturating_sub(hot.len());
        let judgement = self.state.hot.detector.judge(|account| hot.contains(&account), room);
        let heated = judgement.heat.into_iter().map(|account| (account, true));
        let cool = judgement.cool.into_iter().map(|account| (account, false));
        for (account, hot) in heated.chain(cool) {
            let (account, change) = (AccountRef::Id(account), AttributeChange::Hot(hot));
            let caller = Caller { reply_to: None, client: ClientId(0) };
            let command = Command::Change(Box::new(AccountChange::new(account, change)));
            self.backlog.queue.push_back(Queued::Command(caller, None, command));
        }
    }
}
