//! TLS as the page on operations says it, against `openssl` and the commands.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::longmen::{Ran, Served, longmen};

/// The node's files, and what clients show.
struct Ground(tempfile::TempDir);

impl Ground {
    /// A directory in which the commands of the page have been run.
    fn new() -> Ground {
        let ground = Ground(tempfile::tempdir().unwrap());
        ground.run("certificates");
        ground.run("list");
        ground
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    /// Runs the commands of this name from the page.
    fn run(&self, name: &str) {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/OPERATIONS.md");
        let page = fs::read_to_string(page).unwrap();
        let (_, behind) = page.split_once(&format!("```sh {name}\n")).expect("the page has it");
        self.shell(behind.split_once("```").unwrap().0);
    }

    fn shell(&self, commands: &str) {
        let ran =
            Command::new("sh").args(["-e", "-c", commands]).current_dir(self.0.path()).output().unwrap();
        assert!(ran.status.success(), "{commands}\n{}", String::from_utf8_lossy(&ran.stderr));
    }

    fn serve(&self, said: &str, more: &[&str]) -> Served {
        let [cert, key, ca, crl] = ["node.pem", "node.key", "ca.pem", "crl.pem"].map(|name| self.path(name));
        let tls = ["--tls-cert", &cert, "--tls-key", &key, "--tls-client-ca", &ca, "--tls-crl", &crl];
        Served::told(&self.0.path().join("books"), &[&tls[..], more].concat(), Path::new(&self.path(said)))
    }

    /// `longmen status` by this client, which shows this certificate.
    fn status(&self, node: &Served, client: &str, own: Option<&str>) -> Ran {
        let ca = self.path("ca.pem");
        let mut arguments = vec!["status", "--addr", &node.addr, "--client", client, "--tls-ca", &ca];
        let own = own.map(|own| [self.path(&format!("{own}.pem")), self.path(&format!("{own}.key"))]);
        if let Some([cert, key]) = &own {
            arguments.extend(["--tls-client-cert", cert, "--tls-client-key", key]);
        }
        longmen(&arguments)
    }

    /// What `openssl s_client` gets for a hello of the client `switch`, and what it says.
    fn s_client(&self, node: &Served, own: Option<&str>, more: &[&str]) -> (Vec<u8>, String) {
        let ca = self.path("ca.pem");
        let mut command = Command::new("openssl");
        command.args(["s_client", "-connect", &node.addr, "-CAfile", &ca, "-verify_return_error", "-quiet"]);
        if let Some(own) = own {
            command.args([
                "-cert",
                &self.path(&format!("{own}.pem")),
                "-key",
                &self.path(&format!("{own}.key")),
            ]);
        }
        let pipes = command.args(more).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = pipes.spawn().expect("openssl is there");
        let mut stdin = child.stdin.take().unwrap();
        // One that is refused at once does not take it.
        drop(stdin.write_all(b"\x19\0\0\0\x01\0\x01\0\x01\0\0\0\0\0\0\0\x81\xa4name\xa6switch"));
        let mut answer = Vec::new();
        child.stdout.take().unwrap().take(16).read_to_end(&mut answer).unwrap();
        drop(child.kill());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        child.wait().unwrap();
        (answer, said)
    }
}

/// Waits until a file has these words.
#[track_caller]
fn is_said(file: &str, words: &str) {
    let until = Instant::now() + Duration::from_secs(30);
    while !fs::read_to_string(file).unwrap().contains(words) {
        assert!(Instant::now() < until, "{words} in {}", fs::read_to_string(file).unwrap());
        sleep(Duration::from_millis(20));
    }
}

#[test]
fn the_commands_of_the_page_make_what_lets_in_its_owner_and_nobody_else() {
    let ground = Ground::new();
    ground.shell(
        "openssl x509 -req -in switch.csr -CA ca.pem -CAkey ca.key -days -1 -copy_extensions copy -out expired.pem
         cp switch.key expired.key; cp switch.key stranger.key
         openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 1 -subj /CN=other \
             -keyout other.key -out other.pem
         openssl x509 -req -in switch.csr -CA other.pem -CAkey other.key -days 1 -copy_extensions copy -out stranger.pem",
    );
    let said = ground.path("said");
    let node = ground.serve("said", &[]);
    let welcomed = |answer: &[u8]| answer.get(4..8) == Some(&[1, 0, 1, 0x80]);
    for more in [&[][..], &["-tls1_2"], &["-tls1_3"]] {
        let (answer, told) = ground.s_client(&node, Some("switch"), more);
        assert!(welcomed(&answer), "{more:?}: {answer:?} {told}");
    }
    let old = ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"];
    for (own, more, expect) in [
        (None, &[][..], "certificate required"),
        (None, &["-tls1_2"], "alert handshake failure|certificate required|bad certificate"),
        (Some("stranger"), &[], "unknown ca"),
        (Some("expired"), &[], "certificate expired"),
        (Some("expired"), &["-tls1_2"], "certificate expired"),
        (Some("switch"), &old, "protocol version|handshake failure"),
    ] {
        let (answer, told) = ground.s_client(&node, own, more);
        assert!(answer.is_empty(), "{own:?} {more:?} learned {answer:?}");
        assert!(expect.split('|').any(|expect| told.contains(expect)), "{own:?} {more:?}: {told}");
    }
    is_said(&said, "TLS: clients connect by it, in no other way, and are asked for certificates");
    is_said(&said, "a TLS handshake failed");
    for (client, own, code, expect) in [
        ("switch", Some("switch"), 0, ""),
        ("other", Some("switch"), 1, "not_authenticated"),
        ("switch", None, 3, "CertificateRequired"),
        ("switch", Some("expired"), 3, "CertificateExpired"),
    ] {
        let ran = ground.status(&node, client, own);
        assert!(ran.code == Some(code) && ran.err.contains(expect), "{client} {own:?}: {ran:?}");
    }
    let mut by_environment = Command::new(env!("CARGO_BIN_EXE_longmen"));
    by_environment.args(["status", "--json"]).env("LONGMEN_ADDR", &node.addr).env("LONGMEN_CLIENT", "switch");
    for (variable, file) in [("CA", "ca.pem"), ("CLIENT_CERT", "switch.pem"), ("CLIENT_KEY", "switch.key")] {
        by_environment.env(format!("LONGMEN_TLS_{variable}"), ground.path(file));
    }
    assert!(by_environment.output().unwrap().status.success());
    let plain = longmen(&["status", "--addr", &node.addr]);
    assert!(plain.code == Some(3) && plain.err.contains("speaks TLS only; name the authority"), "{plain:?}");
    assert_eq!(node.end_by("TERM"), Some(0));
}

#[test]
fn files_are_read_again_on_a_signal_and_a_broken_one_is_told() {
    let ground = Ground::new();
    let said = ground.path("said");
    // One that comes without a certificate is taken at its word here, and one that shows one is not.
    ground.shell("chmod 640 node.key switch.key");
    let node = ground.serve("said", &["--tls-client-auth", "optional"]);
    is_said(&said, "node.key (mode 0640): chmod go= ");
    let shown = ground.status(&node, "switch", Some("switch"));
    assert!(shown.code == Some(0) && shown.err.contains("switch.key (mode 0640): chmod go= "), "{shown:?}");
    assert_eq!(ground.status(&node, "anybody", None).code, Some(0));
    assert_eq!(ground.status(&node, "anybody", Some("switch")).code, Some(1));
    ground.run("revoke");
    // Without a signal: it looks by itself.
    is_said(&said, "TLS: the files were read again");
    let (answer, told) = ground.s_client(&node, Some("switch"), &[]);
    assert!(answer.is_empty() && told.contains("certificate revoked"), "{told}");
    assert_eq!(ground.status(&node, "switch", Some("switch")).code, Some(3));
    fs::write(ground.path("node.pem"), "").unwrap();
    node.signal("HUP");
    is_said(
        &said,
        "node.pem: has no certificate in PEM; connections that come are met with what was read before",
    );
    assert_eq!(ground.status(&node, "anybody", None).code, Some(0), "it speaks TLS as before");
    assert_eq!(node.end_by("TERM"), Some(0));
}

#[test]
fn a_signal_to_read_again_ends_no_node_without_tls() {
    let directory = tempfile::tempdir().unwrap();
    let said = directory.path().join("said");
    let node = Served::told(&directory.path().join("books"), &["--plaintext"], &said);
    is_said(said.to_str().unwrap(), "WARNING: --plaintext: whoever is on the way");
    node.signal("HUP");
    is_said(said.to_str().unwrap(), "SIGHUP: there is no TLS");
    assert_eq!(longmen(&["status", "--addr", &node.addr]).code, Some(0));
    // A client by TLS is told that this is none.
    let ground = Ground::new();
    let refused = ground.status(&node, "switch", Some("switch"));
    assert!(refused.code == Some(3) && refused.err.contains("no TLS with"), "{refused:?}");
    assert_eq!(node.end_by("TERM"), Some(0));
}

#[test]
fn a_command_line_that_would_not_guard_the_way_is_refused_with_what_to_do() {
    let ground = Ground::new();
    let [cert, key, ca, books, tokens] =
        ["node.pem", "node.key", "ca.pem", "books", "tokens"].map(|name| ground.path(name));
    fs::write(&tokens, "ann 0123456789abcdef\n").unwrap();
    let (tokens, listen) = (["--tokens", &tokens], ["--listen", "0.0.0.0:0"]);
    for (options, expect) in [
        (
            &[&listen[..], &tokens].concat()[..],
            "in plain text: give --tls-cert and --tls-key, or --plaintext",
        ),
        (
            &[&listen[..], &["--tls-cert", &cert, "--tls-key", &key]].concat(),
            "without tokens: name a file of them",
        ),
        (&["--tls-cert", &cert], "--tls-key"),
        (&["--tls-cert", &cert, "--tls-key", &key, "--plaintext"], "cannot be used with"),
        (&["--tls-cert", &ca, "--tls-key", &key], "node.key: is not the key of"),
        (&["--tls-cert", &cert, "--tls-key", &cert], "node.pem: has no private key in PEM"),
        (
            &["--tls-cert", &cert, "--tls-key", &key, "--tls-client-ca", &key],
            "node.key: has no certificate in PEM",
        ),
        (&["--tls-cert", "nowhere.pem", "--tls-key", &key], "nowhere.pem: No such file"),
    ] {
        let ran = longmen(&[&["serve", "--data", &books][..], options].concat());
        assert!(ran.code == Some(2) && ran.err.contains(expect), "{options:?}: {ran:?}");
    }
    assert!(!Path::new(&books).exists(), "nothing was made");
}
