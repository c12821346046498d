//! Every schedule and every crash point of small worlds.
//!
//! The full product of orders, schedules and crash points is too large, so it is cut in two: for hard orders of
//! arrival everything is tried ([`every_schedule_of_hard_orders`]); all orders are tried with coarser schedules
//! ([`every_order_of_arrival`]).

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

use super::crash;
use super::harness::{Node, settings};
use super::naive::Naive;
use super::orders::{World, worlds};
use super::run::{assert_equal, expect};
use super::script::Said;

/// What was visited.
#[derive(Clone, Copy, Debug, Default)]
struct Visited {
    /// States of the whole node, or of one schedule after each of its steps.
    states: usize,
    /// Different things that a power cut can find: durable frames, a frame in flight, answers given.
    crash_points: usize,
    /// Ends of schedules.
    ends: usize,
}

impl Visited {
    fn add(&mut self, other: Visited) {
        self.states += other.states;
        self.crash_points += other.crash_points;
        self.ends += other.ends;
    }
}

/// In the coarse test, one schedule in so many gets a power cut.
const CUT_EVERY: usize = 41;

/// A node, and which requests have arrived, in order.
#[derive(Clone, Debug)]
struct Place {
    node: Node,
    order: Vec<u8>,
}

impl Place {
    /// The world at its start, with the money in.
    fn start(world: &World) -> Place {
        let case = world.case(&[]);
        let mut node = Node::open(&settings(2), case.chart, case.first, &case.hot);
        let (tag, money) = &case.asks[0];
        node.ask(*tag, money, case.chart);
        node.drain();
        Place { node, order: Vec::new() }
    }

    fn arrive(&self, world: &World, arrival: u8) -> Place {
        let mut to = self.clone();
        to.order.push(arrival);
        let ask = &world.asks[usize::from(arrival)];
        to.node.ask(u64::from(arrival) + 1, ask, world.chart());
        to
    }
}

struct Explorer<'a> {
    world: &'a World,
    seen: HashSet<u64>,
    crashed: HashSet<u64>,
    expected: HashMap<Vec<u8>, Rc<(Vec<Said>, Naive)>>,
    visited: Visited,
    text: String,
}

impl Explorer<'_> {
    fn new(world: &World) -> Explorer<'_> {
        Explorer {
            world,
            seen: HashSet::new(),
            crashed: HashSet::new(),
            expected: HashMap::new(),
            visited: Visited::default(),
            text: String::new(),
        }
    }

    /// Visits every state that can be reached when requests arrive in this order.
    fn every_schedule(&mut self, order: &[u8]) -> Visited {
        let mut stack = vec![Place::start(self.world)];
        while let Some(place) = stack.pop() {
            let mut hasher = DefaultHasher::new();
            (place.node.digest(&mut self.text), &place.order).hash(&mut hasher);
            if !self.seen.insert(hasher.finish()) {
                continue;
            }
            self.visited.states += 1;
            self.crash(&place);
            let arrival = order.get(place.order.len());
            stack.extend(arrival.map(|arrival| place.arrive(self.world, *arrival)));
            let writing = place.node.is_writing();
            if writing {
                let mut to = place.clone();
                to.node.journal_done();
                stack.push(to);
            }
            let mut to = place;
            if to.node.step(false) {
                stack.push(to);
            } else if arrival.is_none() && !writing {
                self.end(&to);
            }
        }
        self.visited
    }

    /// Visits every order of arrival from here on, with a round run between two arrivals or not, in every
    /// combination. Writes end before a round that follows an even number of arrivals, else they go on.
    fn every_order(&mut self, place: &Place) {
        let arrivals = self.world.next(&place.order);
        if arrivals.is_empty() {
            self.every_order_ends(place.clone());
        }
        for arrival in arrivals {
            let mut to = place.arrive(self.world, arrival);
            let arrived = to.order.len();
            self.visited.states += 1;
            self.every_order(&to);
            if arrived < self.world.asks.len() && to.node.round(arrived.is_multiple_of(2)) {
                self.visited.states += 1;
                self.every_order(&to);
            }
        }
    }

    fn every_order_ends(&mut self, mut place: Place) {
        place.node.round(false);
        if self.visited.ends.is_multiple_of(CUT_EVERY) {
            self.crash(&place);
        }
        place.node.drain();
        self.end(&place);
    }

    fn crash(&mut self, place: &Place) {
        if !self.crashed.insert(place.node.crash_digest()) {
            return;
        }
        self.visited.crash_points += 1;
        let case = self.world.case(&place.order);
        crash::check(&place.node, &case, false, &settings(3));
        if place.node.is_writing() {
            crash::check(&place.node, &case, true, &settings(1));
        }
    }

    fn end(&mut self, place: &Place) {
        assert!(place.node.is_settled(), "the node is stuck: {:?}", place.node);
        let case = self.world.case(&place.order);
        let expected =
            self.expected.entry(place.order.clone()).or_insert_with(|| Rc::new(expect(&case))).clone();
        assert_equal(&place.node, &case, &expected);
        self.visited.ends += 1;
    }
}

/// Every schedule of arrivals, hand-overs and ends of writing, and in every state of it a power cut with the frame in
/// flight lost or kept, for hard orders of arrival.
#[test]
fn every_schedule_of_hard_orders() {
    let mut total = Visited::default();
    for world in worlds() {
        for order in world.hard {
            let visited = Explorer::new(&world).every_schedule(order);
            println!("{} {order:?}: {visited:?}", world.name);
            total.add(visited);
        }
    }
    println!("{total:?}");
    assert!(total.states > 100_000 && total.crash_points > 500, "{total:?}");
}

/// Every order of arrival, with a round run or not run between any two arrivals; some of the schedules with a power
/// cut after the first round that follows the last arrival.
#[test]
fn every_order_of_arrival() {
    let mut total = Visited::default();
    for world in worlds() {
        let mut explorer = Explorer::new(&world);
        explorer.every_order(&Place::start(&world));
        println!("{}: {:?}", world.name, explorer.visited);
        total.add(explorer.visited);
    }
    println!("{total:?}");
    assert!(total.states > 1_000_000 && total.ends > 500_000 && total.crash_points > 2_000, "{total:?}");
}
