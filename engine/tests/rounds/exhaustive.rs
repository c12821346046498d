//! Every schedule and every crash point of small worlds.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

use super::crash;
use super::harness::{Node, settings};
use super::naive::Naive;
use super::orders::{World, worlds};
use super::run::{assert_equal, expect};
use super::script::Said;
use super::translate;

/// How finely time is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grain {
    /// Anything may fall between any two hand-overs.
    HandOver,
    /// Anything may fall between any two rounds.
    Round,
}

/// What was visited.
#[derive(Clone, Copy, Debug, Default)]
struct Visited {
    states: usize,
    crash_points: usize,
    ends: usize,
}

struct Explorer<'a> {
    world: &'a World,
    grain: Grain,
    seen: HashSet<u64>,
    crashed: HashSet<u64>,
    expected: HashMap<Vec<u8>, Rc<(Vec<Said>, Naive)>>,
    ends: usize,
    text: String,
}

/// A node, and which requests have arrived, in order.
#[derive(Clone, Debug)]
struct Place {
    node: Node,
    order: Vec<u8>,
}

impl Explorer<'_> {
    fn new(world: &World, grain: Grain) -> Explorer<'_> {
        Explorer {
            world,
            grain,
            seen: HashSet::new(),
            crashed: HashSet::new(),
            expected: HashMap::new(),
            ends: 0,
            text: String::new(),
        }
    }

    /// Visits everything that can be reached; `next` says which requests may arrive after these.
    fn explore(&mut self, next: impl Fn(&[u8]) -> Vec<u8>) {
        let case = self.world.case(&[]);
        let mut node = Node::open(&settings(2), case.chart, case.first, &case.hot);
        let (tag, money) = &case.asks[0];
        node.submit(*tag, translate::command(money, case.chart));
        node.drain();
        let mut stack = vec![Place { node, order: Vec::new() }];
        while let Some(place) = stack.pop() {
            let mut hasher = DefaultHasher::new();
            (place.node.digest(&mut self.text), &place.order).hash(&mut hasher);
            if self.seen.insert(hasher.finish()) {
                self.crash(&place);
                self.successors(place, &next, &mut stack);
            }
        }
    }

    fn successors(&mut self, place: Place, next: impl Fn(&[u8]) -> Vec<u8>, stack: &mut Vec<Place>) {
        let arrivals = next(&place.order);
        for arrival in &arrivals {
            let mut to = place.clone();
            to.order.push(*arrival);
            let ask = &self.world.asks[usize::from(*arrival)];
            to.node.submit(u64::from(*arrival) + 1, translate::command(ask, self.world.case(&[]).chart));
            stack.push(to);
        }
        if place.node.is_writing() {
            let mut to = place.clone();
            to.node.journal_done();
            stack.push(to);
        }
        let mut to = place;
        let moved = match self.grain {
            Grain::HandOver => to.node.step(false),
            Grain::Round => to.node.whole_step(),
        };
        if moved {
            stack.push(to);
        } else if arrivals.is_empty() && !to.node.is_writing() {
            self.end(&to);
        }
    }

    fn crash(&mut self, place: &Place) {
        if !self.crashed.insert(place.node.crash_digest()) {
            return;
        }
        let case = self.world.case(&place.order);
        // With nothing in flight both are the same.
        for with_in_flight in [false, true].into_iter().take(1 + usize::from(place.node.is_writing())) {
            let shards = if with_in_flight { 1 } else { 3 };
            crash::check(&place.node, &case, with_in_flight, &settings(shards));
        }
    }

    fn end(&mut self, place: &Place) {
        assert!(place.node.is_settled(), "the node is stuck: {:?}", place.node);
        let case = self.world.case(&place.order);
        let expected =
            self.expected.entry(place.order.clone()).or_insert_with(|| Rc::new(expect(&case))).clone();
        assert_equal(&place.node, &case, &expected);
        self.ends += 1;
    }

    fn visited(&self) -> Visited {
        Visited { states: self.seen.len(), crash_points: self.crashed.len(), ends: self.ends }
    }
}

/// Every schedule of hand-overs, arrivals and ends of writing, for hard orders of arrival.
#[test]
fn every_schedule_of_hard_orders() {
    for world in worlds() {
        for order in world.hard {
            let start = std::time::Instant::now();
            let mut explorer = Explorer::new(&world, Grain::HandOver);
            explorer.explore(|arrived| order.get(arrived.len()).copied().into_iter().collect());
            println!("{} {order:?}: {:?} {:?}", world.name, explorer.visited(), start.elapsed());
        }
    }
}

/// Every order of arrival, with every schedule of whole rounds, arrivals and ends of writing.
#[test]
fn every_order_of_arrival() {
    for world in worlds() {
        let start = std::time::Instant::now();
        let mut explorer = Explorer::new(&world, Grain::Round);
        explorer.explore(|arrived| (0..7).filter(|index| !arrived.contains(index)).collect());
        println!("{}: {:?} {:?}", world.name, explorer.visited(), start.elapsed());
    }
}
