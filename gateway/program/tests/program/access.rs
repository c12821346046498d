//! Principals, roles and tokens as those meet them who run a node: made and revoked on the command line, read by a node.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::longmen::{Ran, Served, longmen};

const ACCESS: &str = r#"
[roles.cashier]
may = ["post", "balance"]
entities = ["BOOKS"]
caps = { CNY = "50.00" }

[principals.ann]
roles = ["cashier", "monitor"]

[roles.blind]
may = ["post"]

[principals.blind]
roles = ["blind"]

[principals.root]
roles = ["admin", "finance"]
"#;

/// A directory with both files, and the secrets of who has a token.
pub(crate) struct House {
    directory: tempfile::TempDir,
}

impl House {
    fn new() -> House {
        House::of(ACCESS)
    }

    /// With this access file.
    pub(crate) fn of(access: &str) -> House {
        let house = House { directory: tempfile::tempdir().unwrap() };
        fs::write(house.path("access.toml"), access).unwrap();
        house
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    /// Makes a token, writes its secret to a file, and gives its id.
    pub(crate) fn token(&self, principal: &str, more: &[&str]) -> String {
        let file = self.text("tokens.toml");
        let made = longmen(&[&["token", "create", principal, "--file", &file, "--json"], more].concat());
        assert_eq!(made.code, Some(0), "{made:?}");
        let made = made.json();
        fs::write(self.path(principal), made["secret"].as_str().unwrap()).unwrap();
        made["id"].as_str().unwrap().to_owned()
    }

    fn served(&self) -> Served {
        self.served_with(&[])
    }

    /// With these options besides.
    pub(crate) fn served_with(&self, more: &[&str]) -> Served {
        let (tokens, access) = (self.text("tokens.toml"), self.text("access.toml"));
        let options = [&["--tokens", &tokens, "--access", &access], more].concat();
        Served::told(&self.path("books"), &options, &self.path("said"))
    }

    pub(crate) fn as_principal(&self, served: &Served, principal: &str, command: &[&str]) -> Ran {
        let secret = self.text(principal);
        let who = ["--addr", &served.addr, "--client", principal, "--token-file", &secret];
        longmen(&[command, &who].concat())
    }
}

#[track_caller]
pub(crate) fn says(ran: &Ran, code: i32, words: &str) {
    assert_eq!(ran.code, Some(code), "{ran:?}");
    assert!(ran.out.contains(words) || ran.err.contains(words), "{words}: {ran:?}");
}

#[test]
fn a_principal_does_what_its_roles_say_and_a_revoked_token_nothing() {
    let house = House::new();
    let (ann, _root) = (house.token("ann", &[]), house.token("root", &[]));
    house.token("blind", &[]);
    let tokens = fs::read_to_string(house.path("tokens.toml")).unwrap();
    let secret = fs::read_to_string(house.path("ann")).unwrap();
    assert!(!tokens.contains(&secret[25..]), "the file has no secret");
    assert_eq!(fs::metadata(house.path("tokens.toml")).unwrap().permissions().mode() & 0o777, 0o600);
    let served = house.served();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios/holds.json");
    let opened = house.as_principal(&served, "root", &["open", file]);
    assert_eq!(opened.code, Some(0), "{opened:?}");
    says(&house.as_principal(&served, "ann", &["status"]), 0, "frame");
    let pay = |id: &str, amount: &str| {
        let [debit, credit] = [format!("BOOKS/bank/CNY={amount}"), format!("BOOKS/payer/CNY={amount}")];
        house.as_principal(&served, "ann", &["post", "--id", id, "--debit", &debit, "--credit", &credit])
    };
    says(&pay("1", "50.00"), 0, "posted");
    says(&pay("2", "50.01"), 1, "forbidden");
    says(
        &house.as_principal(&served, "ann", &["trial-balance", "--entity", "BOOKS"]),
        1,
        "forbidden: the node's roles",
    );
    says(&house.as_principal(&served, "root", &["balance", "BOOKS/payer/CNY"]), 0, "50.00");
    says(
        &house.as_principal(
            &served,
            "root",
            &["post", "--debit", "BOOKS/bank/CNY=1", "--credit", "BOOKS/payer/CNY=1"],
        ),
        1,
        "forbidden",
    );
    // A role that may post and not look is not told that an account is not there.
    let stopped = house.as_principal(
        &served,
        "blind",
        &["post", "--debit", "BOOKS/payer/CNY=51", "--credit", "BOOKS/shop/CNY=51"],
    );
    says(&stopped, 1, "insufficient_funds");
    assert!(!format!("{stopped:?}").contains("no account"), "{stopped:?}");
    // What `token create` prints is more than the secret.
    fs::write(house.path("printed"), format!("token of ann:\n\n{secret}\n")).unwrap();
    says(&house.as_principal(&served, "printed", &["status"]), 2, "a token is one");
    // The log has the digest of the file.
    let register = house.as_principal(&served, "root", &["register", "--json"]);
    assert!(register.out.contains("\"access\""), "{register:?}");
    // Revoked, while the node runs.
    let file = house.text("tokens.toml");
    says(&longmen(&["token", "revoke", &ann, "--file", &file]), 0, "is revoked");
    says(&longmen(&["token", "list", "--file", &file]), 0, "revoked");
    until(|| house.as_principal(&served, "ann", &["status"]).err.contains("not_authenticated"));
    // What is broken changes nothing, but what is revoked is revoked.
    let second = house.token("ann", &[]);
    until(|| house.as_principal(&served, "ann", &["status"]).code == Some(0));
    fs::write(house.path("access.toml"), "[roles").unwrap();
    let said = |words: &str| fs::read_to_string(house.path("said")).unwrap().contains(words);
    until(|| said("ACCESS NOT CHANGED, but for the tokens"));
    // A new token is taken meanwhile, and a file of tokens that is emptied locks out nobody.
    let third = house.token("blind", &[]);
    until(|| house.as_principal(&served, "blind", &["status"]).err.contains("forbidden"));
    let tokens = fs::read_to_string(house.path("tokens.toml")).unwrap();
    fs::write(house.path("tokens.toml"), "").unwrap();
    until(|| said("ACCESS NOT CHANGED, and no token either"));
    says(&house.as_principal(&served, "blind", &["status"]), 1, "forbidden");
    fs::write(house.path("tokens.toml"), tokens).unwrap();
    says(&longmen(&["token", "revoke", &third, "--file", &file]), 0, "is revoked");
    says(&house.as_principal(&served, "root", &["balance", "BOOKS/payer/CNY"]), 0, "50.00");
    says(&longmen(&["token", "revoke", &second, "--file", &file]), 0, "is revoked");
    until(|| house.as_principal(&served, "ann", &["status"]).err.contains("not_authenticated"));
    assert_eq!(served.end_by("TERM"), Some(0));
    assert_eq!(longmen(&["verify", &house.text("books")]).code, Some(0));
}

#[track_caller]
pub(crate) fn until(mut done: impl FnMut() -> bool) {
    let began = Instant::now();
    while !done() {
        assert!(began.elapsed() < Duration::from_secs(60), "it does not come");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn files_that_are_wrong_are_named_at_the_start() {
    let house = House::new();
    house.token("ann", &[]);
    let (tokens, access) = (house.text("tokens.toml"), house.text("access.toml"));
    let old = house.text("old");
    fs::write(&old, "ann 0123456789abcdef\n").unwrap();
    let stranger = house.text("stranger");
    fs::write(&stranger, fs::read_to_string(&tokens).unwrap().replace("\"ann\"", "\"eve\"")).unwrap();
    let broken = house.text("broken");
    fs::write(&broken, "[principals.ann]\nroles = [\"boss\"]\n").unwrap();
    let books = house.text("books");
    for (options, words) in [
        (vec!["--access", &access], "needs --tokens"),
        (vec!["--access", &access, "--tokens", &old], "needs --tokens"),
        (vec!["--access", &broken, "--tokens", &tokens], "principal ann has role boss"),
        (vec!["--access", &access, "--tokens", &stranger], "principal eve is not in the access file"),
        (vec!["--tokens", &tokens], "principal ann is not in the access file"),
        (vec!["--access", "/nothing", "--tokens", &tokens], "/nothing"),
    ] {
        let ran = longmen(&[&["serve", "--data", &books, "--listen", "127.0.0.1:0"], &options[..]].concat());
        says(&ran, 2, words);
        assert!(!Path::new(&books).exists(), "no ledger began: {options:?}");
    }
}

#[test]
fn a_file_of_names_and_tokens_goes_on_working_with_a_warning() {
    let house = House::new();
    fs::write(house.path("old"), "ann 0123456789abcdef\n").unwrap();
    fs::write(house.path("ann"), "0123456789abcdef\n").unwrap();
    let served = Served::told(&house.path("books"), &["--tokens", &house.text("old")], &house.path("said"));
    says(&house.as_principal(&served, "ann", &["status"]), 0, "frame");
    until(|| fs::read_to_string(house.path("said")).unwrap().contains("whoever has one may do everything"));
}

#[test]
fn of_two_who_change_the_file_at_once_neither_loses_what_the_other_did() {
    let house = House::new();
    let file = house.text("tokens.toml");
    let first = house.token("ann", &[]);
    let link = house.text("link");
    std::os::unix::fs::symlink(&file, &link).unwrap();
    std::thread::scope(|scope| {
        for number in 0..6 {
            let (file, link) = (&file, &link);
            let by = if number % 2 == 0 { link } else { file };
            scope.spawn(move || {
                let made = longmen(&["token", "create", &format!("p{number}"), "--file", by]);
                assert_eq!(made.code, Some(0), "{made:?}");
            });
        }
        scope.spawn(|| says(&longmen(&["token", "revoke", &first, "--file", &file]), 0, "is revoked"));
    });
    let listed = longmen(&["token", "list", "--file", &file, "--json"]).json();
    let states: Vec<&str> =
        listed.as_array().unwrap().iter().map(|token| token["state"].as_str().unwrap()).collect();
    assert_eq!(states.iter().filter(|state| **state == "taken").count(), 6, "{listed}");
    assert_eq!(states.iter().filter(|state| **state == "revoked").count(), 1, "{listed}");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    let long = longmen(&["token", "create", &"x".repeat(65), "--file", &file]);
    says(&long, 2, "longer than 64 bytes");
    assert_eq!(longmen(&["token", "list", "--file", &file]).code, Some(0));
}

#[test]
fn tokens_are_made_listed_and_refused_by_name() {
    let house = House::new();
    let file = house.text("tokens.toml");
    let id = house.token("zed", &["--role", "poster", "--entity", "BOOKS", "--network", "10.0.0.0/8"]);
    let listed = longmen(&["token", "list", "--file", &file, "--json"]).json();
    let token = &listed[0];
    assert_eq!((&token["id"], &token["state"]), (&id.into(), &"taken".into()), "{listed}");
    assert_eq!((&token["roles"][0], &token["networks"][0]), (&"poster".into(), &"10.0.0.0/8".into()));
    for (command, words) in [
        (vec!["token", "revoke", "nothing", "--file", &file], "has no token nothing"),
        (vec!["token", "create", "ann", "--network", "10", "--file", &file], "expected a network"),
        (vec!["token", "create", "ann", "--expires", "2020-01-01T00:00:00Z", "--file", &file], "has passed"),
        (vec!["token", "create", " ", "--file", &file], "nothing can be seen"),
        (vec!["token", "list", "--file", "/nothing"], "/nothing"),
    ] {
        says(&longmen(&command), 2, words);
    }
    let roles = longmen(&["token", "roles"]);
    says(&roles, 0, "close_day");
    assert!(roles.out.lines().all(|line| line.chars().count() <= 100), "{}", roles.out);
}
