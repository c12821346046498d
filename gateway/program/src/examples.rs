//! Every command has examples in its `--help`, and each of them is a command line that this program takes.

use clap::{Command, CommandFactory, Parser};

use crate::Cli;

/// The help of a command and of those below it, each with the words that call it.
fn helps(command: &Command, path: &[String], found: &mut Vec<(Vec<String>, String)>) {
    let path = [path, &[command.get_name().to_owned()]].concat();
    let help = command.get_after_help().or(command.get_after_long_help());
    found.push((path.clone(), help.map(ToString::to_string).unwrap_or_default()));
    command
        .get_subcommands()
        .filter(|below| below.get_name() != "help")
        .for_each(|below| helps(below, &path, found));
}

/// The command lines below `Example:` or `Examples:`: indented lines, a backslash at the end joins the next.
fn examples(help: &str) -> Vec<String> {
    let Some((_, rest)) = help.split_once("Example:\n").or(help.split_once("Examples:\n")) else {
        return Vec::new();
    };
    let block: Vec<&str> =
        rest.lines().take_while(|line| line.starts_with("  ")).map(str::trim_start).collect();
    let joined = block.join("\n").replace("\\\n", "");
    joined.lines().map(str::to_owned).collect()
}

/// The words of one command as a shell takes them; a gap of two spaces begins a remark.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted, mut gap) = (Vec::new(), None::<String>, false, false);
    for character in line.chars() {
        match character {
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            ' ' if !quoted => {
                if gap {
                    break;
                }
                words.extend(word.take());
            }
            other => word.get_or_insert_default().push(other),
        }
        gap = character == ' ' && !quoted;
    }
    words.extend(word);
    words
}

#[test]
fn every_command_has_examples_that_it_takes() {
    let mut all = Vec::new();
    helps(&Cli::command(), &[], &mut all);
    assert!(all.len() >= 40, "{}", all.len());
    for (path, help) in all {
        let path = path.join(" ");
        let lines = examples(&help);
        let own = |line: &String| words(line).join(" ").starts_with(&path);
        assert!(lines.iter().any(own), "no example in the help of `{path}`: {lines:?}");
        for line in lines {
            for part in line.split(" && ").filter(|part| part.trim_start().starts_with("longmen ")) {
                let words = words(part.trim());
                if let Err(error) = Cli::try_parse_from(&words) {
                    panic!("the help of `{path}` has an example that is not taken: {words:?}: {error}");
                }
            }
        }
    }
}

#[test]
fn words_are_those_of_a_shell() {
    assert_eq!(
        words("longmen freeze A=1 --authority \"court 3\"   the remark"),
        ["longmen", "freeze", "A=1", "--authority", "court 3"]
    );
    assert_eq!(examples("x\n\nExamples:\n  a \\\n      b\n  c\n\nrest"), ["a b", "c"]);
}
