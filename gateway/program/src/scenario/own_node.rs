//! A node for one scenario alone.

use std::time::Duration;

use longmen_client::Client;
use longmen_server::{Launch, NodeError, NodeProcess};

use crate::failure::Failure;

const STOP_LIMIT: Duration = Duration::from_secs(30);

/// A node that runs for one scenario, and can be killed in the middle of it. It is killed when this is dropped.
pub(crate) struct OwnNode {
    launch: Launch,
    process: NodeProcess,
}

impl OwnNode {
    /// Starts it and waits until it serves.
    pub(crate) fn start(launch: Launch) -> Result<OwnNode, NodeError> {
        let process = launch.start()?;
        Ok(OwnNode { launch, process })
    }

    /// Connects under `name`.
    pub(crate) async fn connect(&self, name: &str) -> Result<Client, Failure> {
        Ok(Client::connect(&self.process.address().to_string(), name, None).await?)
    }

    /// SIGKILL, and a new process on the same data.
    pub(crate) fn crash(&mut self) -> Result<(), NodeError> {
        self.process.kill()?;
        self.process = self.launch.start()?;
        Ok(())
    }

    /// Asks it to end, and waits for that.
    pub(crate) fn stop(mut self) -> Result<(), NodeError> {
        self.process.stop(STOP_LIMIT)
    }
}
