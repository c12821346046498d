//! The day's end gives way to payments.

use std::io;

/// Has this process run only when nothing else wants the processor: a node on the same machine answers payments, and nobody waits for a
/// run as for a payment.
///
/// # Errors
/// Where the system does not let it.
pub fn give_way() -> io::Result<()> {
    Ok(rustix::process::setpriority_process(None, LOWEST)?)
}

/// The lowest priority that there is (nice).
const LOWEST: i32 = 19;
