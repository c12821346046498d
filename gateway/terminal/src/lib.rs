//! What the programs of Longmen share on a terminal: tables, progress bars, and text in which nothing is hidden.

mod progress;
mod stacked;
mod table;
mod visible;
mod wrap;

pub use progress::Progress;
pub use table::{Table, grouped};
pub use visible::{EventsOnStderr, tell, visible, visible_cell, visible_json};
pub use wrap::wrapped;
