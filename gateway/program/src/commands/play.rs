//! `longmen play`

use std::path::{Path, PathBuf};
use std::time::Duration;

use longmen_client::ClientOptions;
use longmen_server::{Launch, Watch};
use serde::Serialize;

use crate::connect_args::{connect, host_and_port, read_token};
use crate::failure::{Conclusion, Failure};
use crate::interruption::leave_nothing_behind;
use crate::output::Output;
use crate::scenario::{OwnNode, Place, Played, Player, Scenario};
use crate::tls_args::TlsArgs;

/// Play scenario files and say, step by step, what held
///
/// Without --addr each file is played over TCP against a node of its own. With it, under an entity and transaction
/// ids that nobody has used, so that any file can be played any number of times. After every step, whatever it
/// says: debits equal credits, and each subject's total equals the sum of its accounts.
///
/// With --crash-between-steps the node is killed with SIGKILL after every step and started again on the same data. The
/// relations are then taken again, and a step with a transaction id is sent once more: it must get its first result,
/// from the same place in the log, marked as a repeat (a refusal that the node does not remember: the same refusal).
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Ends with 0 only if every step of every file held.

Examples:
  longmen play scenarios/*.json
  longmen play --crash-between-steps --shards 5 scenarios/*.json
  longmen play --shards 7 --data books S14.json && longmen wal inspect books
  longmen play --addr 127.0.0.1:7440 S04.json")]
pub(crate) struct Args {
    /// The scenario files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The node to play against; without it, each file starts one of its own
    #[arg(long, value_name = "HOST:PORT", value_parser = host_and_port)]
    addr: Option<String>,
    /// A file with the token to say hello with
    #[arg(long, value_name = "FILE", requires = "addr")]
    token_file: Option<PathBuf>,
    #[command(flatten)]
    tls: TlsArgs,
    /// Shards of the nodes that are started
    #[arg(long, conflicts_with = "addr")]
    shards: Option<u16>,
    /// Kill the node that is started after every step, start it again, and repeat what has a transaction id
    #[arg(long, conflicts_with = "addr")]
    crash_between_steps: bool,
    /// Keep the data of the nodes that are started: of one file here, of several in a directory each below it
    #[arg(long, value_name = "DIR", conflicts_with = "addr")]
    data: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

/// The client that scenarios are played by.
const CLIENT: &str = "scenario";
/// How long to wait for each answer of a node that others started.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);
/// A scenario is short: a node of its own need not make room for more.
const SEGMENT_BYTES: u64 = 8 << 20;

#[derive(Serialize)]
struct PlayedFile {
    scenario: String,
    held: bool,
    steps: Vec<Played>,
}

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let read = |path: &PathBuf| Scenario::read(path).map_err(|error| Failure::Usage(error.to_string()));
    let scenarios: Vec<Scenario> = args.files.iter().map(read).collect::<Result<_, _>>()?;
    let mut played = Vec::new();
    let (temporary, watch) = (tempfile::tempdir()?, Watch::default());
    leave_nothing_behind(&watch, temporary.path())?;
    for (scenario, file) in scenarios.iter().zip(&args.files) {
        args.output.say(format_args!("{} {}", scenario.name, scenario.title))?;
        let steps = match &args.addr {
            Some(address) => {
                let options = ClientOptions {
                    token: args.token_file.as_deref().map(read_token).transpose()?,
                    tls: args.tls.read()?,
                    limit: Some(ANSWER_LIMIT),
                    ..ClientOptions::new(address, CLIENT)
                };
                let client = connect(&options).await?;
                let mut player = Player::open(client, scenario, Place::fresh(scenario)).await?;
                play(&args, &mut player, scenario, None).await?
            }
            None => play_on_own_node(&args, scenario, file, (temporary.path(), &watch)).await?,
        };
        let held = steps.len() == scenario.steps.len() && steps.iter().all(Played::held);
        let count = steps.iter().filter(|step| step.held()).count();
        args.output.say(format_args!("{}: {count} of {} steps held", scenario.name, scenario.steps.len()))?;
        args.output.say("")?;
        played.push(PlayedFile { scenario: scenario.name.clone(), held, steps });
    }
    let held = played.iter().all(|file| file.held);
    args.output.show(&played, |played| summary(played))?;
    Ok(Conclusion::of(held))
}

async fn play_on_own_node(
    args: &Args,
    scenario: &Scenario,
    file: &Path,
    (temporary, watch): (&Path, &Watch),
) -> Result<Vec<Played>, Failure> {
    let temporary = tempfile::tempdir_in(temporary)?;
    let data = match (&args.data, args.files.as_slice()) {
        (None, _) => temporary.path().to_owned(),
        (Some(data), [_]) => data.clone(),
        (Some(data), _) => data.join(file.file_stem().unwrap_or(file.as_os_str())),
    };
    let segment_bytes = Some(SEGMENT_BYTES);
    let watch = Some(watch.clone());
    let launch = Launch { shards: args.shards, segment_bytes, watch, ..Launch::new("serve", &data) };
    let mut node = OwnNode::start(launch)?;
    let mut player = Player::open(node.connect(CLIENT).await?, scenario, Place::as_written(scenario)).await?;
    let crashing = args.crash_between_steps.then_some(&mut node);
    let steps = play(args, &mut player, scenario, crashing).await?;
    drop(player);
    node.stop()?;
    Ok(steps)
}

/// Plays the steps to their end, or to the first that this version does not know: what follows rests on it. A node that
/// is `crashing` is killed after each and comes back.
async fn play(
    args: &Args,
    player: &mut Player<'_>,
    scenario: &Scenario,
    mut crashing: Option<&mut OwnNode>,
) -> Result<Vec<Played>, Failure> {
    let mut steps = Vec::new();
    for (index, step) in scenario.steps.iter().enumerate() {
        let mut played = player.play(index).await?;
        if let Some(node) = &mut crashing {
            node.crash()?;
            player.come_back(node.connect(CLIENT).await?, &mut played).await?;
        }
        tell(args.output, &played)?;
        steps.push(played);
        if step.unknown().is_some() {
            break;
        }
    }
    Ok(steps)
}

fn tell(output: Output, played: &Played) -> Result<(), Failure> {
    let mark = if played.held() { "ok  " } else { "FAIL" };
    let again = played.said_again.as_ref().map_or(String::new(), |said| format!("; after a crash {said}"));
    output.say(format_args!("  {mark} {:>3} {}: {}{again}", played.step, played.what, played.said))?;
    for words in &played.broken {
        output.say(format_args!("           {words}"))?;
    }
    Ok(())
}

fn summary(played: &[PlayedFile]) -> String {
    let failed: Vec<&str> = played.iter().filter(|file| !file.held).map(|file| &*file.scenario).collect();
    match failed.as_slice() {
        [] => format!("all {} files held", played.len()),
        failed => format!("{} of {} files did NOT hold: {}", failed.len(), played.len(), failed.join(", ")),
    }
}
