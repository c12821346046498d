//! Two worked days at the desk, where every command is killed at random moments and said again, and the node is killed as well: nothing is
//! lost, half there, or there twice.

use std::os::unix::process::ExitStatusExt;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};

use crate::desk::Desk;
use crate::longmen::begun;

/// Kills of commands that the days have to live through, each of a program that was running.
const KILLS: usize = 100;
/// Each of so many commands has the node killed under it as well.
const NODE_KILLED: usize = 7;

/// Something that somebody does at the desk, from wherever it stands.
enum Step {
    Import(&'static str, &'static str),
    /// Dates are closed at the books, by nobody whom this is about.
    Close(&'static str),
    Asks(&'static str, Vec<&'static str>),
    /// Of the difference of this number.
    Handle(&'static str, Vec<&'static str>),
    /// The last step that was booked about the difference of this number.
    Undo(&'static str),
    Approve,
}

/// The days: what is booked waits for bob, and whoever is there notes what became of it.
fn script() -> Vec<Step> {
    use Step::{Approve, Asks, Close, Handle, Import, Undo};
    let mut script = vec![
        Import("0618.csv", "2024-06-18"),
        Close("2024-06-19"),
        Asks("ann", vec!["run", "--date", "2024-06-18"]),
        Asks("cat", vec!["prove"]),
    ];
    // What was killed before it was sent only its maker sends; what became of it anybody may note.
    let booked = |step| [step, Asks("ann", vec!["refresh"]), Approve, Asks("cat", vec!["refresh"])];
    for number in ["P002", "P003", "P006"] {
        script.extend(booked(Handle(number, vec![])));
    }
    script.extend(booked(Undo("P002")));
    script.extend(booked(Handle("P002", vec![])));
    script.extend([
        Import("0619.csv", "2024-06-19"),
        Close("2024-06-20"),
        Asks("ann", vec!["run", "--date", "2024-06-19"]),
        Asks("cat", vec!["prove"]),
    ]);
    for number in ["P004", "P099"] {
        script.extend(booked(Handle(number, vec![])));
    }
    script.extend(booked(Asks("ann", vec!["settle", "--date", "2024-06-18"])));
    script.extend(booked(Handle("P099", vec!["--as", "supplement", "--against", "LM/U9/CNY"])));
    script.extend(booked(Handle("P004", vec!["--as", "claim"])));
    script.extend(booked(Handle("P003", vec!["--as", "write-off"])));
    script.extend(booked(Asks("ann", vec!["settle", "--date", "2024-06-19"])));
    script.push(Asks("cat", vec!["prove"]));
    script
}

impl Step {
    /// Its command, or that there is nothing to do any more.
    fn command(&self, desk: &Desk) -> Option<Vec<String>> {
        match self {
            Step::Import(name, date) => Some(desk.importing(name, date, "ann")),
            Step::Close(_) => None,
            Step::Asks(who, command) => Some(with_node(desk, desk.asking(who, command))),
            Step::Handle(number, more) => {
                let id = name_of(desk, number);
                let command = [&["handle", &id, "--reason", "as the channel has it"], &more[..]].concat();
                Some(with_node(desk, desk.asking("ann", &command)))
            }
            Step::Undo(number) => {
                let handlings = handlings(desk, &name_of(desk, number));
                let posted =
                    handlings.iter().rfind(|one| one["state"] == "posted" && one["kind"] != "undo")?;
                let handling = posted["handling"].to_string();
                let command = ["undo", &handling, "--reason", "it was right"];
                Some(with_node(desk, desk.asking("ann", &command)))
            }
            Step::Approve => {
                let open = desk.books.run(&["proposals", "--json", "--client", "bob"]).json();
                let [proposal] = &open["proposals"].as_array().unwrap()[..] else { return None };
                let (number, digest) = (proposal["proposal"].to_string(), proposal["digest"].as_str()?);
                let command = ["approve", &number, "--digest", digest, "--client", "bob"];
                Some(with_node(desk, command.map(str::to_owned).to_vec()))
            }
        }
    }
}

fn with_node(desk: &Desk, mut command: Vec<String>) -> Vec<String> {
    command.extend(["--addr".to_owned(), desk.books.addr()]);
    command
}

fn name_of(desk: &Desk, number: &str) -> String {
    desk.breaks(&["--all"])[number]["break"].as_str().unwrap().to_owned()
}

fn handlings(desk: &Desk, id: &str) -> Vec<Value> {
    desk.run(&["show", id, "--json"]).json()["handlings"].as_array().unwrap().clone()
}

/// Runs a command to its end, and gives how long that took.
fn run(command: &[String]) -> Duration {
    let began = Instant::now();
    begun(&texts(command)).wait().unwrap();
    began.elapsed()
}

fn texts(command: &[String]) -> Vec<&str> {
    command.iter().map(String::as_str).collect()
}

/// Kills the days' commands and their node.
struct Killer {
    random: StdRng,
    /// Commands that were killed while they ran, and nodes.
    kills: usize,
    nodes: usize,
}

impl Killer {
    /// Kills a command within the time that it takes as a rule; whether it still ran.
    fn kill(&mut self, command: &[String], takes: Duration) -> bool {
        let mut child = begun(&texts(command));
        sleep(takes.mul_f64(self.random.random_range(0.0..0.9)));
        child.kill().unwrap();
        let hit = child.wait().unwrap().signal() == Some(9);
        self.kills += usize::from(hit);
        hit
    }

    /// Kills the node under a command.
    fn kill_node(&mut self, desk: &Desk, command: &[String], takes: Duration) {
        let mut child = begun(&texts(command));
        sleep(takes.mul_f64(self.random.random_range(0.0..0.9)));
        desk.books.serve();
        child.wait().unwrap();
        self.nodes += 1;
    }

    /// Does a step again and again, until so many kills have hit in all and it has come to its end.
    fn work(&mut self, desk: &Desk, step: &Step, takes: Duration, kills: usize, kills_node: bool) {
        if let Some(command) = step.command(desk).filter(|_| kills_node) {
            self.kill_node(desk, &command, takes);
        }
        while self.kills < kills {
            let Some(command) = step.command(desk) else { return };
            if !self.kill(&command, takes) {
                break;
            }
        }
        if let Some(command) = step.command(desk) {
            run(&command);
        }
    }
}

fn closes(desk: &Desk, step: &Step) -> bool {
    let Step::Close(next) = step else { return false };
    desk.books.says(&["close-day", "LM", next], 0);
    true
}

/// What there is in the end, but for the moments at which it was.
fn end_of(desk: &Desk) -> Value {
    let breaks = desk.breaks(&["--all"]);
    let mut steps: Vec<Value> = Vec::new();
    for found in breaks.values() {
        for mut one in handlings(desk, found["break"].as_str().unwrap()) {
            one.as_object_mut().unwrap().remove("made_at_us");
            one.as_object_mut().unwrap().remove("handling");
            steps.push(one);
        }
    }
    let accounts = ["wechat", "wechat-fee", "fee", "long", "short", "gain", "loss", "bank", "U1", "U9"];
    let lines: Vec<Value> = accounts.map(|account| statement(desk, account)).to_vec();
    let proved = desk.asks("cat", &["prove", "--json"]);
    let refreshed = desk.asks("cat", &["refresh", "--json"]);
    assert_eq!((proved.code, refreshed.code), (Some(0), Some(0)), "{proved:?}, {refreshed:?}");
    let files = desk.run(&["files", "--json"]).json();
    let files: Vec<&Value> = files.as_array().unwrap().iter().map(|file| &file["sha256"]).collect();
    let proposals = desk.books.run(&["proposals", "--all", "--json", "--client", "bob"]).json();
    json!({
        "breaks": breaks, "steps": steps, "lines": lines, "proved": proved.json(), "in hand": refreshed.json(),
        "files": files, "proposals": proposals["proposals"].as_array().unwrap().len(),
    })
}

/// Every leg of an account: of which transaction, and how much.
fn statement(desk: &Desk, account: &str) -> Value {
    let account = format!("LM/{account}/CNY");
    let told = desk.books.says(&["statement", &account, "--legs", "--limit", "1000", "--json"], 0).json();
    let line = |line: &Value| {
        json!([line["client"], line["text_id"], line["type"], line["side"], line["amount"], line["after"]])
    };
    told["lines"].as_array().unwrap_or_else(|| panic!("{told}")).iter().map(line).collect()
}

#[test]
fn killed_at_any_moment_the_days_end_as_if_they_were_not() {
    let seed = 20_240_618;
    let (whole, killed) = (Desk::new(), Desk::new());
    whole.books.book_the_day();
    killed.books.book_the_day();
    let script = script();
    let mut killer = Killer { random: StdRng::seed_from_u64(seed), kills: 0, nodes: 0 };
    for (place, step) in script.iter().enumerate() {
        if closes(&whole, step) {
            closes(&killed, step);
            continue;
        }
        let takes = run(&step.command(&whole).expect("there is something to do"));
        // The kills are spread over the steps; one that missed is made up for later.
        let kills = (KILLS * (place + 1)).div_ceil(script.len());
        killer.work(&killed, step, takes, kills, place % NODE_KILLED == 3);
    }
    while killer.kills < KILLS {
        let last = Step::Asks("cat", vec!["prove"]).command(&killed).expect("it may be asked again");
        killer.kill(&last, Duration::from_millis(20));
    }
    assert_eq!(killer.kills, KILLS, "kills that hit, of seed {seed}");
    assert!(killer.nodes >= script.len() / NODE_KILLED - 1, "{} nodes", killer.nodes);
    let (expected, found) = (end_of(&whole), end_of(&killed));
    for (name, part) in expected.as_object().unwrap() {
        assert_eq!(&found[name], part, "{name}, of seed {seed}");
    }
}
