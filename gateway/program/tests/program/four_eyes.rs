//! Four eyes (四眼原则) as an operator, an approver and whoever is on duty meet them on the command line.

use std::fs;
use std::path::PathBuf;

use crate::access::until;
use crate::longmen::{Ran, Served, longmen};

const ACCESS: &str = r#"
[roles.duty]
may = ["break_glass", "set_state", "stop_account"]

[roles.opener]
may = ["open_entity", "open_subjects", "open_accounts", "post", "refund"]
alone = true

[principals.root]
roles = ["opener", "admin", "auditor"]

[principals.ann]
roles = ["operator", "finance"]
clients = ["root"]

[principals.bob]
roles = ["approver", "operator"]

[principals.eve]
roles = ["approver"]
entities = ["ELSE"]

[principals.cat]
roles = ["admin"]

[principals.dee]
roles = ["duty"]

[roles.small]
may = ["approve", "proposals", "forced_reverse", "others_transactions"]
caps = { CNY = "50.00" }

[principals.kay]
roles = ["small"]

[principals.dan]
roles = ["duty", "auditor"]
"#;

const BOOKS: &str = r#"{"scenario": "tour", "title": "", "entity": "LM", "start": "2026-11-22",
   "subjects": [{"code": "10020101", "name": "Bank", "class": "asset", "normal": "debit"},
                {"code": "220301", "name": "Users", "class": "liability", "normal": "credit"}],
   "accounts": [{"account": "bank", "subject": "10020101", "currency": "CNY", "owner": "internal", "may_go_negative": true},
                {"account": "U1", "subject": "220301", "currency": "CNY", "owner": "customer", "may_go_negative": false}]}"#;

/// A node with these principals, and books of one entity.
struct House {
    directory: tempfile::TempDir,
    served: Option<Served>,
}

impl House {
    fn new() -> House {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        fs::write(path("access.toml"), ACCESS).unwrap();
        for principal in ["root", "ann", "bob", "cat", "eve", "kay", "dan", "dee"] {
            let file = path("tokens.toml");
            let made = longmen(&["token", "create", principal, "--file", file.to_str().unwrap(), "--json"]);
            fs::write(path(principal), made.json()["secret"].as_str().unwrap()).unwrap();
        }
        let mut house = House { directory, served: None };
        house.start();
        fs::write(house.path("tour.json"), BOOKS).unwrap();
        let open = format!("open {}", house.path("tour.json").display());
        for command in [&*open, "post --id P1 --debit LM/bank/CNY=100 --credit LM/U1/CNY=100"] {
            let ran = house.run("root", command);
            assert_eq!(ran.code, Some(0), "{command}: {ran:?}");
        }
        house
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn start(&mut self) {
        let (tokens, access) = (self.path("tokens.toml"), self.path("access.toml"));
        let options = ["--tokens", tokens.to_str().unwrap(), "--access", access.to_str().unwrap()];
        self.served = Some(Served::told(&self.path("books"), &options, &self.path("said")));
    }

    /// The node killed and started again.
    fn kill(&mut self) {
        drop(self.served.take());
        self.start();
    }

    /// A command of somebody, under the name of `client` where that is another.
    fn run(&self, principal: &str, command: &str) -> Ran {
        let secret = self.path(principal);
        let addr = &self.served.as_ref().unwrap().addr;
        let mut words: Vec<&str> = command.split(' ').collect();
        words.extend(["--addr", addr, "--token-file", secret.to_str().unwrap()]);
        if !command.contains("--client") {
            words.extend(["--client", principal]);
        }
        longmen(&words)
    }

    #[track_caller]
    fn says(&self, principal: &str, command: &str, code: i32, words: &str) -> Ran {
        let ran = self.run(principal, command);
        assert_eq!(ran.code, Some(code), "{principal} {command}: {ran:?}");
        assert!(
            ran.out.contains(words) || ran.err.contains(words),
            "{principal} {command}: {words}: {ran:?}"
        );
        ran
    }

    fn digest(&self, number: u64) -> String {
        let shown = self.run("bob", &format!("proposals {number} --json"));
        shown.json()["digest"].as_str().unwrap()[..12].to_owned()
    }
}

#[test]
fn what_takes_two_is_proposed_approved_and_done_once() {
    let mut house = House::new();
    let reverse = "reverse P1 --id R1 --of-client 1 --forced --approval AP-1 --reason typo";
    house.says("ann", reverse, 1, "needs_approval");
    house.says("ann", &format!("{reverse} --propose Q1"), 0, "proposal 1 is open");
    house.says("ann", &format!("{reverse} --propose Q1"), 0, "proposal 1 is open");
    house.says("ann", "proposals", 0, "reverse");
    house.says("bob", "proposals 1", 0, "original");
    let digest = house.digest(1);
    house.says("ann", &format!("approve 1 --digest {digest}"), 1, "forbidden");
    house.says("eve", &format!("approve 1 --digest {digest}"), 1, "there is no proposal 1");
    house.says("bob", "approve 1 --digest 00000000", 2, "is not the beginning");
    house.says("bob", "withdraw 1", 1, "own_proposal");
    // Nothing is done before, whatever happens to the node.
    house.kill();
    house.says("bob", "balance LM/U1/CNY", 0, "100.00");
    house.says("bob", &format!("approve 1 --digest {digest} --reason seen"), 0, "approved");
    house.says("bob", "balance LM/U1/CNY", 0, "0.00");
    house.says("bob", &format!("approve 1 --digest {digest}"), 0, "approved");
    house.says("bob", "reject 1", 1, "proposal_closed");
    let shown = house.run("bob", "find --id R1 --json");
    assert!(shown.out.contains("\"bob\""), "{shown:?}");
    house.kill();
    house.says("bob", "proposals --all", 0, "approved");
}

/// Whoever writes the access file while no node runs has changed nothing that takes two.
#[test]
fn a_changed_access_file_waits_for_its_approval_over_a_restart() {
    let mut house = House::new();
    let said = |house: &House, words: &str| fs::read_to_string(house.path("said")).unwrap().contains(words);
    let with = |more: &str| format!("{ACCESS}\n{more}");
    let eve = with("[roles.all]\nmay = [\"status\"]\n[principals.mallory]\nroles = [\"all\"]\n[four_eyes]\n");
    fs::write(house.path("access.toml"), &eve).unwrap();
    let file = house.path("tokens.toml");
    let made = longmen(&["token", "create", "mallory", "--file", file.to_str().unwrap(), "--json"]);
    fs::write(house.path("mallory"), made.json()["secret"].as_str().unwrap()).unwrap();
    for _ in 0..2 {
        house.kill();
        assert!(said(&house, "ACCESS NOT CHANGED"), "{}", fs::read_to_string(house.path("said")).unwrap());
        assert!(said(&house, "Until then that holds which held before"));
        house.says("mallory", "status", 1, "not_authenticated");
        // What the new file would let one do alone takes two as before.
        house.says("ann", "limits LM/U1/CNY --overdraft 60", 1, "needs_approval");
    }
    let path = house.path("access.toml");
    house.says("cat", &format!("change-access {} --propose A1", path.display()), 0, "proposal 1 is open");
    let digest = house.digest(1);
    house.says("bob", &format!("approve 1 --digest {digest}"), 0, "approved");
    until(|| house.run("mallory", "status").code == Some(0));
    // From now on one may change it by itself, also while no node runs.
    fs::write(house.path("access.toml"), ACCESS).unwrap();
    house.kill();
    assert!(said(&house, "WARNING: by the log the access file of digest"));
    house.says("mallory", "status", 1, "not_authenticated");
    house.kill();
    assert!(!said(&house, "WARNING: by the log"), "it is told once");
}

/// Each opens what it may, and what is there is no hindrance: `open` of the same file, with one more account, and with a subject.
#[test]
fn whoever_opens_accounts_need_not_open_entities_and_subjects() {
    let house = House::new();
    house.says("cat", "balance LM/U1/CNY", 1, "forbidden");
    let [tour, more, subject] = ["tour.json", "more.json", "subject.json"].map(|name| house.path(name));
    let account = |number: &str, subject: &str| {
        format!(
            r#", {{"account": "{number}", "subject": "{subject}", "currency": "CNY", "owner": "customer", "may_go_negative": false}}]}}"#
        )
    };
    let with = |books: &str, number, subject| books.replace("]}", &account(number, subject));
    fs::write(&more, with(BOOKS, "U2", "220301")).unwrap();
    let third = r#"{"code": "220302", "name": "Shops", "class": "liability", "normal": "credit"}],"#;
    let books = BOOKS.replacen("],", &format!(", {third}"), 1);
    fs::write(&subject, with(&books, "S1", "220302")).unwrap();
    let open = |path: &PathBuf| format!("open {}", path.display());
    house.says("ann", &open(&tour), 0, "LM/U1/CNY");
    house.says("cat", &open(&tour), 0, "LM/U1/CNY");
    house.says("ann", &open(&more), 0, "LM/U2/CNY");
    house.says("bob", &open(&subject), 1, "forbidden");
    house.says("cat", &open(&subject), 0, "LM/S1/CNY");
    house.says("bob", &open(&subject), 0, "LM/S1/CNY");
    // What is another than it was is told by the node to whoever may not see it.
    fs::write(&tour, BOOKS.replace("\"owner\": \"customer\"", "\"owner\": \"internal\"")).unwrap();
    house.says("ann", &open(&tour), 1, "key_conflict");
    house.says("cat", &open(&tour), 1, "key_conflict");
}

/// Where nothing was decided by an approval that is refused, the proposal stays open, and says so.
#[test]
fn what_one_may_not_approve_another_may() {
    let house = House::new();
    let reverse = "reverse P1 --id R1 --of-client 1 --forced --approval A --reason typo --propose Q1";
    house.says("ann", reverse, 0, "proposal 1 is open");
    let approve = format!("approve 1 --digest {}", house.digest(1));
    // It moves more than this one may.
    let refused = house.says("kay", &approve, 1, "forbidden");
    assert!(refused.err.contains("the proposal is open"), "{refused:?}");
    house.says("bob", &approve, 0, "approved");
}

#[test]
fn a_stop_takes_effect_at_once_and_its_release_takes_two() {
    let house = House::new();
    house.says("ann", "state LM/U1/CNY --payment-state neither --reason lost", 0, "");
    let release = "state LM/U1/CNY --payment-state normal --reason found";
    house.says("ann", release, 1, "needs_approval");
    house.says("ann", &format!("{release} --propose Q2"), 0, "proposal 1 is open");
    house.says("bob", "proposals --account LM/U1/CNY", 0, "set_state");
    house.says("bob", "reject 1 --reason no", 0, "rejected");
    house.says("ann", &format!("{release} --propose Q3"), 0, "proposal 2 is open");
    house.says("ann", "withdraw 2", 0, "withdrawn");
    // Who is on duty does it at once, and it stays flagged until another has seen it.
    house.says("ann", &format!("{release} --propose Q4 --at-once"), 1, "forbidden");
    house.says("dan", &format!("{release} --propose Q4 --at-once"), 0, "");
    house.says("dan", "balance LM/U1/CNY", 0, "normal");
    house.says("bob", "proposals", 0, "unreviewed");
    // The same again does nothing, and says what became of it.
    house.says("dan", &format!("{release} --propose Q4 --at-once"), 0, "proposal 3 is unreviewed");
    // Whoever may change an account and not look at it is told that it is done.
    house.says("dee", "state LM/U1/CNY --payment-state neither --reason lost", 0, "done");
    house.says("dee", &format!("{release} --propose Q5 --at-once --json"), 0, "\"done\": true");
    house.says("dan", "balance LM/U1/CNY", 0, "normal");
    let digest = house.digest(3);
    house.says("bob", &format!("approve 3 --digest {digest}"), 0, "approved");
    // A higher limit takes two, a lower one does not.
    house.says("ann", "limits LM/U1/CNY --day 50", 0, "");
    house.says("ann", "limits LM/U1/CNY --day 60", 1, "needs_approval");
    house.says("ann", "limits LM/U1/CNY --day 40", 0, "");
    house.says("ann", "close-day LM 2026-11-23", 1, "needs_approval");
    house.says("ann", "close-day LM 2026-11-23 --propose D1", 0, "proposal 5 is open");
    let digest = house.digest(5);
    house.says("bob", &format!("approve 5 --digest {digest}"), 0, "approved");
    house.says("bob", "status", 0, "2026-11-23");
    let books = house.path("books");
    let text = house.path("said");
    drop(house.served);
    let verified = longmen(&["verify", books.to_str().unwrap()]);
    assert_eq!(verified.code, Some(0), "{verified:?} {}", fs::read_to_string(text).unwrap());
}
