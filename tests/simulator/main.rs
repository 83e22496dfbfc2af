//! The simulator: whole connection tables with invented clients, clocks, files and faults, driven
//! by a seed.
//!
//! `cargo test --test simulator` simulates a fixed number of connections;
//! `cargo test --release --test simulator -- --seeds 10000 --from 1` runs as many seeds as it is
//! told to, and `-- --seed 5` prints what happens in one world. See `docs/simulator.md`.

// A violation is a panic; the driver catches it and prints the seed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// A test program has no users outside: `pub` means "for its other files".
#![allow(unreachable_pub)]

mod alarm;
mod ask;
mod assembly;
mod byteranges;
mod calendar;
mod checks;
mod client;
mod codings;
mod disk;
mod eviction;
mod files;
mod forms;
mod head;
mod oracle;
mod plan;
mod random;
mod ranges;
mod response;
mod root;
mod rows;
mod scene;
mod served;
mod settings;
mod strangers;
mod surroundings;
mod tap;
mod targets;
mod transport;
mod verdict;
mod versions;
mod wire;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::Instant;

use millpond::events::close_reason::CloseReason;
use millpond::events::state::TRANSITIONS;

use crate::scene::Stats;
use crate::world::World;

/// How many connections `cargo test` simulates.
const LIVES: u64 = 200_000;

/// The last panic's message and location: the payload alone does not contain the location.
static LAST_PANIC: Mutex<String> = Mutex::new(String::new());

/// The command line.
struct Options {
    from: u64,
    seeds: Option<u64>,
    is_traced: bool,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        println!("simulator: test");
        return ExitCode::SUCCESS;
    }
    if is_filtered_out(&arguments) {
        println!("\ntest result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 1 filtered out");
        return ExitCode::SUCCESS;
    }
    std::panic::set_hook(Box::new(|panic| {
        if let Ok(mut last) = LAST_PANIC.lock() {
            *last = panic.to_string();
        }
    }));
    println!("\nrunning 1 test");
    match run(&options(&arguments)) {
        Ok(()) => {
            println!("test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
            ExitCode::SUCCESS
        }
        Err(seed) => {
            let last = LAST_PANIC
                .lock()
                .map(|last| last.clone())
                .unwrap_or_default();
            println!("seed {seed} failed: {last}");
            println!("run again with: cargo test --release --test simulator -- --seed {seed}");
            println!(
                "test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out"
            );
            ExitCode::FAILURE
        }
    }
}

/// `cargo test name` passes the name to every test program.
fn is_filtered_out(arguments: &[String]) -> bool {
    let mut is_value = false;
    let mut names = Vec::new();
    for argument in arguments {
        if !is_value && !argument.starts_with("--") {
            names.push(argument);
        }
        is_value = matches!(argument.as_str(), "--seed" | "--seeds" | "--from");
    }
    !names.is_empty() && !names.iter().any(|name| "simulator".contains(name.as_str()))
}

fn options(arguments: &[String]) -> Options {
    let value = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        let text = arguments.get(at + 1)?;
        Some(text.parse::<u64>().expect("a number"))
    };
    match value("--seed") {
        Some(seed) => Options {
            from: seed,
            seeds: Some(1),
            is_traced: true,
        },
        None => Options {
            from: value("--from").unwrap_or(1),
            seeds: value("--seeds"),
            is_traced: false,
        },
    }
}

/// Runs one seed after the other. Returns the first that fails.
fn run(options: &Options) -> Result<(), u64> {
    let start = Instant::now();
    let mut sum = Stats::default();
    let mut seed = options.from;
    while match options.seeds {
        Some(seeds) => seed < options.from + seeds,
        None => sum.lives < LIVES,
    } {
        let world = || World::new(seed, options.is_traced).run();
        sum += catch_unwind(AssertUnwindSafe(world)).map_err(|_| seed)?;
        seed += 1;
    }
    let seconds = start.elapsed().as_secs_f64();
    // A single seed need not take every transition; as many connections as `cargo test` simulates
    // do.
    if sum.lives >= LIVES {
        check_transitions(&sum);
    }
    report(&sum, seed - options.from, seconds);
    Ok(())
}

/// Each row of the table of transitions was taken at least once.
fn check_transitions(sum: &Stats) {
    for (transition, count) in TRANSITIONS.iter().zip(sum.transitions) {
        assert!(count > 0, "no connection ever took {transition:?}");
    }
    assert!(sum.partial > 0, "no range was ever sent");
    assert!(sum.assembled > 0, "no file was ever put together");
}

fn report(sum: &Stats, seeds: u64, seconds: f64) {
    println!(
        "test simulator ... ok: {} lives in {seeds} seeds, {} turns, {} requests answered \
         ({} cut short), {} rows, {} faults, {seconds:.1} s",
        sum.lives,
        sum.turns,
        sum.responses,
        sum.aborted,
        sum.rows,
        sum.faults()
    );
    let close_reasons = CloseReason::ALL.iter().zip(sum.close_reasons);
    let close_reasons: Vec<String> = close_reasons
        .map(|(reason, count)| format!("{} {count}", reason.name()))
        .collect();
    println!("ended for: {}", close_reasons.join(", "));
    println!(
        "faults: interrupted {}, no memory for a send queue {}, late input {}, broken {}, \
         disk {}, no descriptor {}, files changed {}, stray events {}, clock leaps {}, \
         room made {}, stops {}, locks held {}, inodes reused {}; ranges {}, assembled {}",
        sum.interrupted,
        sum.pressure,
        sum.hidden,
        sum.broken,
        sum.disk,
        sum.out_of_descriptors,
        sum.files_changed,
        sum.stray_events,
        sum.clock_leaps,
        sum.room_made,
        sum.stops,
        sum.locks_held,
        sum.inodes_reused,
        sum.partial,
        sum.assembled
    );
}
