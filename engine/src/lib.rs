//! Longmen's engine: the pure [`ledger`] and, around it, the actors, recovery and snapshots of a node.

pub mod ledger;
