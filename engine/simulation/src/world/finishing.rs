//! What is looked at when everything is settled, and at the end of a run.

use longmen_engine::ledger::{Answer, PostResult};

use super::World;
use crate::failure::{Broken, Check};
use crate::rounds::random::Random;
use crate::rounds::relations;
use crate::rounds::scripts::{CHART, FIRST};
use crate::rounds::translate;
use crate::script::{Ask, Case, Said};
use crate::trace::brief;

impl World {
    /// Everything the node shows is what a serial ledger has, and the four relations hold.
    pub(super) fn compare_shown(&mut self) -> Result<(), Broken> {
        let all = (1..=CHART.len() as u64).collect();
        let asks = [Ask::Read(all), Ask::Holds(None), Ask::Trial, Ask::Proposals];
        let mut answers = Vec::new();
        for ask in &asks {
            let command = translate::command(ask, &CHART, &mut |_| None);
            answers.push(self.ask_alone(command)?);
        }
        self.looking = Check::Shown;
        self.oracle.compare_shown(&asks, &answers)?;
        self.looking = Check::Relations;
        let case = Case { chart: &CHART, first: FIRST, hot: Vec::new(), asks: Vec::new() };
        let said: Vec<Said> = asks.iter().zip(&answers).map(|(ask, it)| translate::said(ask, it)).collect();
        relations::check(&said[0], &said[2], &case);
        self.looking = Check::Assertion;
        Ok(())
    }

    /// The end of a run: everything is done, shown, written down, and audited.
    pub(crate) fn finish(&mut self) -> Result<(), Broken> {
        let mut random = Random::new(self.seed, 13);
        if let Err(broken) = self.settle_at_last() {
            self.pick_up(broken, &mut random)?;
            self.settle_at_last()?;
        }
        if !self.armed && random.percent(30) {
            self.far_ahead(&mut random).or_else(|broken| self.pick_up(broken, &mut random))?;
            self.settle_at_last().or_else(|broken| self.pick_up(broken, &mut random))?;
        }
        self.looking = Check::Books;
        let reader = self.live().reader();
        self.oracle.recovered(&reader, true)?;
        self.trace.note("holds", &[self.oracle.digest()], || "the log, and its books".into());
        self.looking = Check::Assertion;
        let node = self.node.take().expect("a node that ends is started again in the same step");
        if let Err(error) = node.close()
            && !self.armed
        {
            return Broken::failed(Check::Ended, error.to_string());
        }
        self.looking = Check::Audit;
        let disk = if self.armed { self.disk.without_unsynced() } else { self.disk.branch() };
        match longmen_engine::audit::verify(&disk, &mut |_| {}) {
            Ok(_) => Ok(()),
            Err(error) => Broken::failed(Check::Audit, error.to_string()),
        }
    }

    /// A clock that is a year ahead: what was asked before then is too old, known or not, or has its first result; it is
    /// never posted again. Now and then the node is started again in between, and knows none of it any more.
    fn far_ahead(&mut self, random: &mut Random) -> Result<(), Broken> {
        self.wait(self.oracle.now().now() + 400 * 86_400)?;
        if random.percent(50) {
            self.restart(super::End::Kill, random)?;
        }
        for _ in 0..8 {
            self.oracle.maker.reseed(random.next());
            let ask = self.oracle.maker.draft();
            let Ask::Post { .. } = ask else { continue };
            let Some(command) = self.command(&ask)? else { continue };
            if let Answer::Posted(posted) = self.ask_alone(command)? {
                let posts = |result: &PostResult| result.rejection.is_none() && !result.repeated;
                if posted.results.iter().any(posts) {
                    return Broken::failed(
                        Check::Answer,
                        format!("posted a year after its time: {}", brief(&ask)),
                    );
                }
            }
        }
        self.compare_shown()
    }

    fn settle_at_last(&mut self) -> Result<(), Broken> {
        if self.full {
            self.free()?;
        }
        self.drain()?;
        self.compare_shown()
    }
}
