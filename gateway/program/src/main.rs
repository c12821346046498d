//! The `longmen` program.
fn main() {}
