//! Writes the seeds of every target to a directory each below the one that is given: what libFuzzer begins from.

use std::path::PathBuf;
use std::{env, fs, io};

use longmen_fuzz::TARGETS;

fn main() -> io::Result<()> {
    let to = env::args_os().nth(1).map(PathBuf::from);
    let to = to.ok_or_else(|| io::Error::other("give the directory to write to: corpus DIR"))?;
    for target in &TARGETS {
        let directory = to.join(target.name);
        fs::create_dir_all(&directory)?;
        for (index, seed) in (target.seeds)().iter().enumerate() {
            fs::write(directory.join(format!("seed-{index:03}")), seed)?;
        }
        println!("{} {}", target.name, target.max_len);
    }
    Ok(())
}
