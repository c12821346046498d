//! The offline audit: passes over what a node leaves, and finds every kind of wrong record in logs whose sums are
//! right.

mod bytes;
mod contents;
mod desk;
mod good;
mod node;
mod planted;
mod records;
