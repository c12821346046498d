//! The gateway over real TCP, in front of a real node, with literal bytes where the bytes are the matter.

mod books;
mod hello;
mod hostile;
mod limits;
mod node;
mod posting;
mod raw;
mod stopping;
