//! The Python client, written from `docs/PROTOCOL.md`, against a real node.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

#[path = "tcp/node.rs"]
#[expect(dead_code, reason = "the tests over TCP use the rest of it")]
mod node;

#[path = "tcp/tls/authority.rs"]
#[expect(dead_code, reason = "the tests over TCP use the rest of it")]
mod authority;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use authority::{Authority, Files};
use longmen_gateway::{ClientAuth, Encryption, Limits, ServeOptions, Tls};
use node::TestNode;

/// Set to 1 where there is no Python, or no way to its packages: the test is then left out.
const SKIP: &str = "LONGMEN_SKIP_PYTHON";

#[tokio::test]
async fn the_python_client_does_what_the_page_says() {
    if std::env::var(SKIP).is_ok_and(|value| value == "1") {
        eprintln!("SKIPPED: the Python client was not tested, because {SKIP}=1");
        return;
    }
    let python = tokio::task::spawn_blocking(python_with_msgpack).await.unwrap().unwrap_or_else(|why| {
        panic!("the Python client was NOT tested: {why}\nset {SKIP}=1 to leave this test out knowingly");
    });
    let node = TestNode::start().await;
    check(&python, vec![node.address().into()]).await;
    node.stop().await;
    let (directory, authority) = (tempfile::tempdir().unwrap(), Authority::new("root"));
    let (files, of_tls) = Files::of_clients(directory.path(), (&authority, &[]), ClientAuth::Required);
    let own = authority.client(&["python"]);
    files.write("own.pem", &own.certificate);
    files.write("own.key", &own.key);
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let encryption = Encryption::Tls(Arc::new(Tls::load(of_tls).unwrap()));
    let options = ServeOptions {
        listen,
        limits: Limits::default(),
        tokens: None,
        access: None,
        encryption,
        recorder: None,
    };
    let node = TestNode::open_with(tempfile::tempdir().unwrap(), options).await;
    let papers = ["ca.pem", "own.pem", "own.key"].map(|name| files.path(name));
    check(&python, [vec![node.address().into()], papers.to_vec()].concat()).await;
    node.stop().await;
}

/// Runs the client's checks against a node.
async fn check(python: &Path, arguments: Vec<PathBuf>) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/python/check.py");
    let python = python.to_owned();
    let run = move || run(Command::new(python).arg("-B").arg(script).args(arguments));
    let said = tokio::task::spawn_blocking(run).await.unwrap().unwrap();
    assert!(said.contains("all checks passed"), "{said}");
}

/// A Python that has msgpack: the system's, or one of our own below the target directory.
fn python_with_msgpack() -> Result<PathBuf, String> {
    let system = PathBuf::from("python3");
    run(Command::new(&system).arg("--version"))?;
    if has_msgpack(&system) {
        return Ok(system);
    }
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python-msgpack");
    let own = home.join("bin/python3");
    if !has_msgpack(&own) {
        run(Command::new(&system).args(["-m", "venv"]).arg(&home))?;
        run(Command::new(&own).args(["-m", "pip", "install", "--quiet", "msgpack"]))?;
    }
    Ok(own)
}

fn has_msgpack(python: &Path) -> bool {
    run(Command::new(python).args(["-c", "import msgpack"])).is_ok()
}

/// Runs a command to its end; what it printed, or why it failed.
fn run(command: &mut Command) -> Result<String, String> {
    let Output { status, stdout, stderr } =
        command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let said = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    if status.success() { Ok(said) } else { Err(format!("{command:?} ended with {status}:\n{said}")) }
}
