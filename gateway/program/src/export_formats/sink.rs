//! Where a journal goes.

use std::io;

use longmen_engine::export::{Chart, Item};

/// Takes a journal item by item.
pub(crate) trait Sink {
    /// Takes the next item; whatever it names is in the chart.
    ///
    /// # Errors
    /// Where it cannot be written.
    fn take(&mut self, chart: &Chart, item: Item<'_>) -> io::Result<()>;

    /// The journal is over: everything is written out.
    ///
    /// # Errors
    /// Where it cannot be written.
    fn finish(self: Box<Self>) -> io::Result<()>;
}
