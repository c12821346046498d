//! Clients: they send, lose patience and send again, vanish and come back; and the network between them and the node.

use longmen_engine::{Replies, Reply};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::rounds::random::Random;
use crate::script::Ask;

/// How many clients there are.
const CLIENTS: usize = 3;

/// The clients, and what is on its way to the node.
pub(crate) struct Clients {
    clients: Vec<Client>,
    wire: Vec<Sent>,
    next: u64,
}

#[derive(Default)]
struct Client {
    session: Option<(u64, UnboundedReceiver<Replies>)>,
    /// What it has sent and has no answer to.
    open: Vec<(u64, Ask)>,
}

/// A request on its way.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) client: usize,
    /// The client's own number for what it wants, the same when it is sent again.
    pub(crate) want: u64,
    pub(crate) ask: Ask,
}

impl Clients {
    pub(crate) fn new() -> Clients {
        let clients = std::iter::repeat_with(Client::default).take(CLIENTS).collect();
        Clients { clients, wire: Vec::new(), next: 0 }
    }

    /// A client sends a request.
    pub(crate) fn send(&mut self, client: usize, ask: Ask) {
        let client = client % CLIENTS;
        let want = self.next;
        self.next += 1;
        self.clients[client].open.push((want, ask.clone()));
        self.wire.push(Sent { client, want, ask });
    }

    /// A client sends something again that it has no answer to, on whatever connection it has. False if there is nothing.
    pub(crate) fn send_again(&mut self, random: &mut Random) -> Option<&Sent> {
        let client = random.below(CLIENTS);
        let open = &self.clients[client].open;
        let (want, ask) = open.get(random.below(open.len().max(1)))?.clone();
        self.wire.push(Sent { client, want, ask });
        self.wire.last()
    }

    /// Takes any request from the wire.
    pub(crate) fn arriving(&mut self, random: &mut Random) -> Option<Sent> {
        if self.wire.is_empty() {
            return None;
        }
        let at = random.below(self.wire.len());
        Some(self.wire.remove(at))
    }

    /// Puts back what cannot arrive yet.
    pub(crate) fn delay(&mut self, sent: Sent) {
        self.wire.push(sent);
    }

    /// How many requests are on their way.
    pub(crate) fn on_the_wire(&self) -> usize {
        self.wire.len()
    }

    /// The session of a client, if it is connected.
    pub(crate) fn session(&self, client: usize) -> Option<u64> {
        self.clients[client].session.as_ref().map(|(session, _)| *session)
    }

    /// A client connects.
    pub(crate) fn connect(&mut self, client: usize, session: u64, replies: UnboundedReceiver<Replies>) {
        self.clients[client].session = Some((session, replies));
    }

    /// A client vanishes; now and then it gives up what it wanted. Gives the session that ends.
    pub(crate) fn vanish(&mut self, client: usize, random: &mut Random) -> Option<u64> {
        let client = &mut self.clients[client];
        client.open.retain(|_| random.percent(70));
        client.session.take().map(|(session, _)| session)
    }

    /// All connections break: the node is gone. Clients send again what they still want, in another order.
    pub(crate) fn lose_all(&mut self, random: &mut Random) {
        self.wire.clear();
        for index in 0..CLIENTS {
            self.vanish(index, random);
            for (want, ask) in self.clients[index].open.clone() {
                let at = random.below(self.wire.len() + 1);
                self.wire.insert(at, Sent { client: index, want, ask });
            }
        }
    }

    /// A client has its answer, and wants nothing more of it.
    pub(crate) fn answered(&mut self, client: usize, want: u64) {
        self.clients[client].open.retain(|(open, _)| *open != want);
    }

    /// The answers that have come since the last look, with the client.
    pub(crate) fn replies(&mut self) -> Vec<Reply> {
        let mut all = Vec::new();
        for client in &mut self.clients {
            if let Some((_, replies)) = &mut client.session {
                while let Ok(together) = replies.try_recv() {
                    all.extend(together.replies);
                }
            }
        }
        all
    }

    /// The clients.
    pub(crate) fn indexes(&self) -> std::ops::Range<usize> {
        0..CLIENTS
    }
}
