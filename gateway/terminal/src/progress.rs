//! A progress bar for people: only where standard error is a terminal.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// What is going on and how far it is.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar of `length` steps, labelled `what`; invisible where nobody watches.
    #[must_use]
    pub fn new(what: &str, length: u64) -> Progress {
        let target = match std::io::stderr().is_terminal() {
            true => ProgressDrawTarget::stderr_with_hz(10),
            false => ProgressDrawTarget::hidden(),
        };
        let bar = ProgressBar::with_draw_target(Some(length), target);
        let style = ProgressStyle::with_template("{prefix:<28} [{bar:40}] {elapsed:>4} {msg}")
            .expect("the template is well formed");
        bar.set_style(style.progress_chars("=> "));
        bar.set_prefix(what.to_owned());
        Progress { bar }
    }

    /// A bar over a stretch of time, in milliseconds.
    #[must_use]
    pub fn over(what: &str, time: Duration) -> Progress {
        Progress::new(what, u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
    }

    /// A count of which nobody knows where it ends.
    #[must_use]
    pub fn counting(what: &str) -> Progress {
        let progress = Progress::new(what, 0);
        let style = ProgressStyle::with_template("{prefix:<28} {elapsed:>4} {pos} {msg}")
            .expect("the template is well formed");
        progress.bar.set_style(style);
        progress
    }

    /// The time that something takes of which nobody knows how far it is.
    #[must_use]
    pub fn waiting(what: &str) -> Progress {
        let progress = Progress::new(what, 0);
        let style = ProgressStyle::with_template("{prefix:<28} {elapsed:>4} {msg}")
            .expect("the template is well formed");
        progress.bar.set_style(style);
        progress.bar.enable_steady_tick(Duration::from_millis(200));
        progress
    }

    /// Moves the bar to `position`, with something to say beside it.
    pub fn at(&self, position: u64, message: String) {
        self.bar.set_position(position);
        self.bar.set_message(message);
    }

    /// Takes the bar away.
    pub fn finish(self) {
        self.bar.finish_and_clear();
    }
}
