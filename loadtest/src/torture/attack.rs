//! The ways in which clients do harm.

use std::rc::Rc;
use std::time::{Duration, Instant};

use super::field::Field;
use super::tally::Tally;
use super::{crowds, liars, twins};

/// One way to do harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Attack {
    /// Lengths beyond the cap, below a header, and of frames that never come.
    Lengths,
    /// Bytes of other protocols, noise, and requests before the hello.
    Garbage,
    /// Wrong tokens, wrong names, a second hello.
    Hellos,
    /// Frames that stop in the middle, and the end.
    Halves,
    /// A byte now and then.
    Slowloris,
    /// Questions whose answers nobody reads.
    Deaf,
    /// Tiny requests as fast as they go.
    Flood,
    /// Connections that come and go.
    Reconnect,
    /// Bodies that nest without end or announce what they do not bring.
    Nesting,
    /// Every extreme in every field of every request.
    Extremes,
    /// The same ids under way on many connections.
    Duplicates,
    /// Crowds of connections that begin a hello and say no more.
    HalfHellos,
    /// More sockets than the node takes.
    Idle,
}

/// How long a node may take over an answer while it is under attack.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

impl Attack {
    /// All of them, in the order in which they are tried.
    pub const ALL: [Attack; 13] = [
        Attack::Lengths,
        Attack::Garbage,
        Attack::Hellos,
        Attack::Halves,
        Attack::Nesting,
        Attack::Extremes,
        Attack::Duplicates,
        Attack::Flood,
        Attack::Reconnect,
        Attack::Slowloris,
        Attack::Deaf,
        Attack::HalfHellos,
        Attack::Idle,
    ];

    /// Its name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Attack::Lengths => "lying lengths",
            Attack::Garbage => "garbage",
            Attack::Hellos => "hellos",
            Attack::Halves => "half frames",
            Attack::Slowloris => "slowloris",
            Attack::Deaf => "never reading",
            Attack::Flood => "flood",
            Attack::Reconnect => "reconnects",
            Attack::Nesting => "nesting",
            Attack::Extremes => "extremes",
            Attack::Duplicates => "duplicates",
            Attack::HalfHellos => "half hellos",
            Attack::Idle => "idle sockets",
        }
    }

    /// How many connections, or makers of connections, at once.
    fn width(self) -> usize {
        match self {
            Attack::Slowloris => 64,
            Attack::Deaf => 16,
            Attack::Reconnect | Attack::HalfHellos => 8,
            Attack::Duplicates | Attack::Idle => 1,
            _ => 4,
        }
    }

    /// Does it until the time is over. To be called inside a `LocalSet`.
    pub(super) async fn run(self, field: &Rc<Field>, until: Instant) -> Tally {
        let tasks: Vec<_> = (0..self.width())
            .map(|number| {
                let field = Rc::clone(field);
                tokio::task::spawn_local(async move { self.one(&field, number, until).await })
            })
            .collect();
        let mut tally = Tally::default();
        for task in tasks {
            match task.await {
                Ok(one) => tally.add(one),
                Err(error) => tally.find(format!("{}: {error}", self.name())),
            }
        }
        tally
    }

    async fn one(self, field: &Field, number: usize, until: Instant) -> Tally {
        let mut tally = Tally::default();
        let mut turn = number;
        // Once at least, however slow the machine is.
        loop {
            match self {
                Attack::Lengths => liars::lengths(field, turn, &mut tally).await,
                Attack::Garbage => liars::garbage(field, turn, &mut tally).await,
                Attack::Hellos => liars::hellos(field, turn, &mut tally).await,
                Attack::Halves => liars::halves(field, turn, &mut tally).await,
                Attack::Nesting => liars::nesting(field, turn, &mut tally).await,
                Attack::Extremes => liars::extremes(field, number, until, &mut tally).await,
                Attack::Slowloris => crowds::slowloris(field, turn, until, &mut tally).await,
                Attack::Deaf => crowds::deaf(field, turn, until, &mut tally).await,
                Attack::Flood => crowds::flood(field, until, &mut tally).await,
                Attack::Reconnect => crowds::reconnect(field, turn, &mut tally).await,
                Attack::Duplicates => twins::duplicates(field, until, &mut tally).await,
                Attack::HalfHellos => {
                    let share = field.sockets / self.width();
                    crowds::half_hellos(field, share, until, &mut tally).await;
                }
                Attack::Idle => crowds::idle(field, until, &mut tally).await,
            }
            turn += 1;
            if Instant::now() >= until {
                return tally;
            }
        }
    }
}
