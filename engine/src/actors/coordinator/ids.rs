//! Known ids: tables for more of them, and archives for those that leave memory.

use actix::{AsyncContext, Context, Handler};

use super::super::id_archiver::IdsArchived;
use super::super::id_tables::ReadyTable;
use super::CoordinatorActor;

impl CoordinatorActor {
    /// Has a table of ids made before it is needed, and ids archived when they may leave memory.
    pub(super) fn tend_ids(&mut self, context: &Context<Self>) {
        if let (false, Some(capacity)) = (self.awaits_table, self.pipeline.coordinator().wants_table()) {
            self.wiring.tables.make(capacity, context.address());
            self.awaits_table = true;
        }
        if let Some(sealed) = self.pipeline.coordinator_mut().seal_ids() {
            self.wiring.archiver.archive(sealed, context.address());
        }
    }
}

impl Handler<ReadyTable> for CoordinatorActor {
    type Result = ();

    fn handle(&mut self, message: ReadyTable, _: &mut Context<Self>) {
        self.awaits_table = false;
        self.pipeline.coordinator_mut().give_table(message.0);
    }
}

impl Handler<IdsArchived> for CoordinatorActor {
    type Result = ();

    fn handle(&mut self, message: IdsArchived, context: &mut Context<Self>) {
        let coordinator = self.pipeline.coordinator_mut();
        match message.0.map(|archive| coordinator.archived_ids(archive)) {
            None => coordinator.not_archived_ids(),
            Some(None) => {}
            Some(Some(table)) => self.wiring.tables.take_back(table),
        }
        self.tend_ids(context);
    }
}
