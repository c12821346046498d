//! Known ids: memory for more of them, and archives for those that leave memory.

use actix::{AsyncContext, Context, Handler};

use super::super::id_archiver::IdsArchived;
use super::super::id_tables::ReadyIdMemory;
use super::CoordinatorActor;

impl CoordinatorActor {
    /// Has memory for ids made ready before it is needed, and ids archived when they may leave memory.
    pub(super) fn tend_ids(&mut self, context: &Context<Self>) {
        if let (false, Some(wanted)) = (self.awaits_id_memory, self.pipeline.coordinator().wants_id_memory())
        {
            self.wiring.tables.make(wanted, context.address());
            self.awaits_id_memory = true;
        }
        if let Some(sealed) = self.pipeline.coordinator_mut().seal_ids() {
            self.wiring.archiver.archive(sealed, context.address());
        }
    }
}

impl Handler<ReadyIdMemory> for CoordinatorActor {
    type Result = ();

    fn handle(&mut self, message: ReadyIdMemory, _: &mut Context<Self>) {
        self.awaits_id_memory = false;
        self.pipeline.coordinator_mut().give_id_memory(message.table, message.room);
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
