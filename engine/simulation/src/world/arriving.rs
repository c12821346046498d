//! Requests: clients send them, the network delivers them in any order, and what must not arrive yet waits.

use std::collections::BTreeMap;
use std::sync::Arc;

use longmen_engine::ledger::{Answer, Command, ContentDigest, Original, ProposalsWanted};

use super::{CLIENT, World};
use crate::clients::Sent;
use crate::failure::{Broken, Check};
use crate::rounds::random::Random;
use crate::rounds::scripts::CHART;
use crate::rounds::translate;
use crate::script::{Act, Ask};
use crate::trace::brief;

impl World {
    pub(super) fn send(&mut self, random: &mut Random) -> bool {
        if self.clients.on_the_wire() > 12 {
            return false;
        }
        self.oracle.maker.reseed(random.next());
        let ask = self.oracle.maker.draft();
        self.trace.note("sends", &[], || brief(&ask));
        self.clients.send(random.below(3), ask);
        true
    }

    pub(super) fn send_again(&mut self, random: &mut Random) -> bool {
        let Some(sent) = self.clients.send_again(random) else { return false };
        self.trace
            .note("again", &[sent.want], || format!("client {} wants {}", sent.client, brief(&sent.ask)));
        self.counts.retries += 1;
        true
    }

    pub(super) fn vanish(&mut self, random: &mut Random) -> bool {
        let client = random.below(3);
        let Some(session) = self.clients.vanish(client, random) else { return false };
        self.live().close_session(session);
        let (session, replies) = self.live().open_session();
        self.clients.connect(client, session, replies);
        self.trace
            .note("vanishes", &[session], || format!("client {client} comes back as session {session}"));
        self.counts.vanished += 1;
        true
    }

    /// A request arrives, if it may.
    pub(super) fn arrive(&mut self, random: &mut Random) -> Result<bool, Broken> {
        let Some(sent) = self.clients.arriving(random) else { return Ok(false) };
        match &sent.ask {
            Ask::Wait { until } => {
                let until = (*until).max(self.oracle.now().now());
                self.clients.answered(sent.client, sent.want);
                return self.wait(until).map(|()| true);
            }
            // Accounts get their ids in the order of the chart.
            Ask::Open { to, .. } if *to > self.oracle.now().open_accounts() + 1 => {
                self.clients.answered(sent.client, sent.want);
                return Ok(true);
            }
            // A hold whose moment has passed is released by the next frame, whatever else that has.
            Ask::Post { txs, .. } if txs.iter().any(|tx| self.is_late(&tx.act)) => {
                return self.arrive_late(&sent).map(|()| true);
            }
            Ask::Propose { expires, at_once: false, .. } if *expires <= self.oracle.now().now() => {
                return self.arrive_late(&sent).map(|()| true);
            }
            _ => {}
        }
        if self.full {
            return self.arrive_alone(&sent).map(|()| true);
        }
        let Some(command) = self.command(&sent.ask)? else {
            self.clients.delay(sent);
            return Ok(true);
        };
        let Some(session) = self.clients.session(sent.client) else { return Ok(true) };
        let tag = self.tag(sent.client, sent.want);
        self.trace.note("arrives", &[tag], || format!("request {tag}: {}", brief(&sent.ask)));
        self.submit(session, tag, &sent.ask, command);
        Ok(true)
    }

    pub(super) fn submit(&mut self, session: u64, tag: u64, ask: &Ask, command: Command) {
        self.counts.requests += 1;
        self.counts.transactions += ask.txs().len() as u64;
        self.oracle.arrived(tag, ask);
        self.live().submit_for(translate::acting(ask).as_ref(), session, tag, CLIENT, command);
    }

    pub(super) fn tag(&mut self, client: usize, want: u64) -> u64 {
        let tag = self.next_tag;
        self.next_tag += 1;
        self.tags.insert(tag, (client, want));
        tag
    }

    pub(super) fn is_late(&self, act: &Act) -> bool {
        let now = self.oracle.now();
        match act {
            Act::Reverse { original, .. } => now.is_late(*original),
            Act::Freeze { expires, .. } | Act::Try { expires } => {
                expires.is_some_and(|moment| moment <= now.now())
            }
            _ => false,
        }
    }

    /// What leaves a hold or a proposal whose moment has passed comes alone, and time passes before it and after it: the
    /// clock may have been set back behind that moment, with nothing in the log to say that it had come.
    pub(super) fn arrive_late(&mut self, sent: &Sent) -> Result<(), Broken> {
        self.wait(self.oracle.now().now())?;
        if sent.ask.txs().len() <= 1
            && !self.full
            && let Some(command) = self.command(&sent.ask)?
            && let Some(session) = self.clients.session(sent.client)
        {
            let tag = self.tag(sent.client, sent.want);
            self.trace.note("late", &[tag], || format!("request {tag}: {}", brief(&sent.ask)));
            self.submit(session, tag, &sent.ask, command);
            self.drain()?;
        }
        self.clients.answered(sent.client, sent.want);
        self.wait(self.oracle.now().now())
    }

    /// With a full disk one request comes after the other: what is refused for want of room was never asked.
    pub(super) fn arrive_alone(&mut self, sent: &Sent) -> Result<(), Broken> {
        self.drain()?;
        let Some(command) = self.command(&sent.ask)? else { return Ok(()) };
        let tag = self.tag(sent.client, sent.want);
        self.trace.note("alone", &[tag], || format!("request {tag}: {}", brief(&sent.ask)));
        self.counts.requests += 1;
        let answer = self.ask_alone_for(translate::acting(&sent.ask).as_ref(), command)?;
        self.clients.answered(sent.client, sent.want);
        self.tags.remove(&tag);
        self.counts.refused_full += u64::from(self.oracle.arrived_alone(tag, &sent.ask, answer)?);
        self.oracle.settled();
        Ok(())
    }

    /// The engine's word for a request, with the originals that it names; `None` while one of them is under way.
    pub(super) fn command(&mut self, ask: &Ask) -> Result<Option<Command>, Broken> {
        if let Ask::Decide { number, end, shown, .. } = ask {
            let digest = if *shown { self.digest_of(*number)? } else { ContentDigest::default() };
            return Ok(Some(translate::decision(*number, *end, digest)));
        }
        let named: Vec<u128> = ask.txs().iter().filter_map(|tx| tx.act.original()).collect();
        if named.iter().any(|id| self.oracle.is_under_way(*id)) {
            return Ok(None);
        }
        let mut originals: BTreeMap<u128, Arc<Original>> = BTreeMap::new();
        for id in named {
            if self.oracle.place(id).is_none() {
                self.locate(id)?;
            }
            let Some(place) = self.oracle.place(id) else { continue };
            let found = self.live().history().originals(&[(translate::name(id), place)]);
            match found {
                Ok(mut found) => originals.extend(found.remove(0).map(|original| (id, original))),
                Err(error) => return Broken::failed(Check::Log, error.to_string()),
            }
        }
        Ok(Some(translate::command(ask, &CHART, &mut |id| originals.get(&id).cloned())))
    }

    /// The digest of what was proposed under a number, as an approver reads it; of nothing, where there is none.
    fn digest_of(&mut self, number: u64) -> Result<ContentDigest, Broken> {
        if let Some(digest) = self.shown.get(&number) {
            return Ok(*digest);
        }
        let Some(after) = number.checked_sub(1) else { return Ok(ContentDigest::default()) };
        let wanted = ProposalsWanted { after, limit: 1, ..ProposalsWanted::default() };
        let Answer::Proposals(found) = self.ask_alone(Command::Proposals(wanted))? else {
            return Broken::failed(Check::Answer, "a question for proposals has another answer");
        };
        let found = found.first().filter(|found| found.proposal.number == number);
        let digest = found.map(|found| found.proposal.digest());
        self.shown.extend(digest.map(|digest| (number, digest)));
        Ok(digest.unwrap_or_default())
    }

    /// Asks where a transaction lies, as a session does before a request that names one.
    pub(super) fn locate(&mut self, id: u128) -> Result<(), Broken> {
        let answer = self.ask_alone(Command::Locate(vec![translate::name(id)]))?;
        if let Answer::Located(places) = answer
            && let Some(place) = places[0]
        {
            self.oracle.found(id, place);
        }
        Ok(())
    }
}
