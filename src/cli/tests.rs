//! What is typed, which settings it makes, and what the operator is told of a mistake.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::draft::Draft;
use super::option::Opt;
use super::table::{ROOT, options};
use super::*;
use crate::config::{Limits, LogTarget, Observing};
use crate::http::target::DotFiles;
use crate::os::listen_address::ListenAddress;
use crate::response::serving::Folders;

/// What `--help` prints, whole.
const HELP: &str = include_str!("../../tests/shared/help.txt");

const DESCRIPTORS: u64 = 20_000;

fn parsed(line: &str) -> Result<Config, EarlyExit> {
    let arguments = line.split_whitespace().map(OsString::from);
    parse(arguments, DESCRIPTORS)
}

#[test]
fn defaults() {
    let config = parsed("millpond").unwrap();
    assert_eq!(config.root, PathBuf::from("www"));
    assert_eq!(
        config.listen,
        ["127.0.0.1:2130".parse::<ListenAddress>().unwrap()]
    );
    assert_eq!(config.log, Some(LogTarget::File("Log.csv".into())));
    assert!(config.print_requests);
    assert_eq!(config.serving.dot_files, DotFiles::Hidden);
    assert_eq!(config.serving.folders, Folders::NotFound);
    assert!(!config.defer_accept && !config.sandbox);
    assert_eq!((config.cache_bytes, config.cache_files), (16 << 20, 256));
    assert!(!config.observing.is_on());
    let expected = Limits {
        max_connections: 19_712,
        max_descriptors: 19_712,
        ..Limits::default()
    };
    assert_eq!(config.limits, expected);
    assert_eq!(
        banner(&config, DESCRIPTORS),
        format!(
            "{} serves 'www'; 20000 descriptors, at most 19712 connections (descriptors less \
             288 in reserve), backlog 4096; cache 16 MiB; keep-alive 10 s, 998 requests; heads up to 16 KiB; head \
             timeout 10 s, stall timeout 30 s; log 'Log.csv'",
            env!("CARGO_PKG_VERSION")
        )
    );
}

#[test]
fn everything_else() {
    let line = "millpond --listen [::1]:0 -l 8080 --listen 0.0.0.0:1 -p 2 --no-log -q \
                --dot-files --listing --defer-accept --sandbox --keep-alive 0.5 --keep-alive-requests 0 --head-timeout 1 --max-head 64 \
                --stall-timeout 2.25 --max-connections 7 --trace --slow-motion 0.2 \
                --trace-file t.json --flight-recorder f.json --admin 9 --admin-host a.example \
                --admin-host [::1] --cache 0 site";
    let config = parsed(line).unwrap();
    assert_eq!(config.root, PathBuf::from("site"));
    let listen: Vec<String> = config.listen.iter().map(ToString::to_string).collect();
    assert_eq!(
        listen,
        ["[::1]:0", "127.0.0.1:8080", "0.0.0.0:1", "127.0.0.1:2"]
    );
    assert_eq!(config.log, None);
    assert!(!config.print_requests);
    assert_eq!(config.serving.dot_files, DotFiles::Served);
    assert_eq!(config.serving.folders, Folders::Listed);
    assert!(config.defer_accept && config.sandbox);
    assert_eq!((config.cache_bytes, config.cache_files), (0, 0));
    let observing = Observing {
        trace: Some(Duration::from_millis(200)),
        trace_file: Some("t.json".into()),
        flight_recorder: Some("f.json".into()),
        admin: Some("127.0.0.1:9".parse().unwrap()),
        admin_hosts: vec!["a.example".to_owned(), "[::1]".to_owned()],
    };
    assert_eq!(config.observing, observing);
    let expected = Limits {
        keep_alive: Duration::from_millis(500),
        keep_alive_requests: None,
        head_timeout: Duration::from_secs(1),
        max_head: 64 * 1024,
        stall_timeout: Duration::from_millis(2250),
        max_connections: 7,
        // Some are kept for viewers.
        max_descriptors: 19_688,
        ..Limits::default()
    };
    assert_eq!(config.limits, expected);
    let banner = banner(&config, DESCRIPTORS);
    assert!(
        banner.contains("at most 7 connections (as asked for)"),
        "{banner}"
    );
    assert!(
        banner.contains("keep-alive 0.5 s, any number of requests"),
        "{banner}"
    );
    assert!(banner.ends_with("log none"), "{banner}");
}

#[test]
fn a_log_on_standard_output_leaves_no_room_for_request_lines() {
    let config = parsed("millpond --log -").unwrap();
    assert_eq!(config.log, Some(LogTarget::StandardOutput));
    assert!(!config.prints_request_lines());
    assert!(banner(&config, DESCRIPTORS).ends_with("log on standard output"));
    let config = parsed("millpond --log ./-").unwrap();
    assert_eq!(config.log_path(), Some(Path::new("./-")));
    assert!(config.prints_request_lines());
}

#[test]
fn keep_alive_off() {
    let config = parsed("millpond --keep-alive 0").unwrap();
    assert!(banner(&config, DESCRIPTORS).contains("keep-alive off"));
}

#[test]
fn times_are_seconds_or_have_units() {
    let table = [
        ("5", 5_000),
        ("0.5", 500),
        ("5s", 5_000),
        ("1.5s", 1_500),
        ("1m30s", 90_000),
        ("500ms", 500),
        ("2h", 7_200_000),
        ("365d", 365 * 86_400_000),
    ];
    for option in [
        "--keep-alive",
        "--head-timeout",
        "--stall-timeout",
        "--trace --slow-motion",
    ] {
        for (text, millis) in table {
            let config = parsed(&format!("millpond {option} {text}")).unwrap();
            let limits = &config.limits;
            let read = match option {
                "--keep-alive" => limits.keep_alive,
                "--head-timeout" => limits.head_timeout,
                "--stall-timeout" => limits.stall_timeout,
                _ => config.observing.trace.unwrap(),
            };
            assert_eq!(read, Duration::from_millis(millis), "{option} {text}");
        }
    }
}

#[test]
fn mistakes_are_one_line_with_the_thing_and_the_cure() {
    let table = [
        ("--bad", "'--bad'"),
        ("a b", "'b'"),
        ("--listen example.com:1", "'example.com:1'"),
        (
            "--listen :1 -p 1",
            "'*:1' and '127.0.0.1:1' overlap; leave one out;",
        ),
        ("--listen 1.2.3.4", "'1.2.3.4'"),
        ("--listen ::1:80x", "'::1:80x'"),
        ("--listen 65536", "'65536'"),
        ("-p 65536", "'65536'"),
        ("-p", "'--port' needs a value"),
        ("--keep-alive -1", "'-1'"),
        ("--keep-alive=-1", "'-1'"),
        ("--keep-alive ten", "'ten'"),
        ("--keep-alive nan", "'nan'"),
        ("--keep-alive inf", "'inf'"),
        ("--keep-alive 1e9", "'1e9'"),
        ("--keep-alive 367d", "'367d'"),
        ("--keep-alive 5x", "'5x'"),
        ("--keep-alive 1m-30s", "'1m-30s'"),
        (
            "--keep-alive 99999999999999999999s",
            "'99999999999999999999s'",
        ),
        ("--head-timeout 0", "'0'"),
        ("--head-timeout 0s", "'0s'"),
        ("--stall-timeout 0", "'0'"),
        ("--max-head 0", "'0'"),
        ("--max-head 1025", "'1025'"),
        ("--max-head 16k", "'16k'"),
        ("--keep-alive-requests -1", "'-1'"),
        ("--keep-alive-requests x", "'x'"),
        ("--max-connections 0", "'0'"),
        ("--no-log --log x", "'--no-log' conflicts with '--log';"),
        ("--trace --slow-motion x", "'x'"),
        ("--admin localhost", "'localhost'"),
        ("--slow-motion 1", "add --trace;"),
        ("--admin-host a", "add --admin;"),
        ("--admin 1 --admin-host a:1", "'a:1'"),
        ("--admin 1 --admin-host a:", "'a:'"),
        ("--admin 1 --admin-host [::1", "'[::1'"),
        ("--admin 1 --admin-host http://a", "'http://a'"),
        (
            "--keepalive 5",
            "'--keepalive'; did you mean --keep-alive?;",
        ),
        ("-x", "'-x'"),
        ("-p 1 -p 2", "'--port' is given more than once"),
        ("--quiet=yes", "'--quiet'"),
        ("--log=a --log=b", "'--log' is given more than once"),
    ];
    for (line, thing) in table {
        let Err(EarlyExit::Usage(message)) = parsed(&format!("millpond {line}")) else {
            panic!("{line}");
        };
        assert!(message.contains(thing), "{line}: {message}");
        assert!(!message.contains('\n'), "{line}: {message}");
        assert!(
            message.ends_with("; see millpond --help"),
            "{line}: {message}"
        );
    }
}

/// Options at the beginning of a line of the help.
fn told() -> Vec<&'static str> {
    let lines = HELP.lines().filter(|line| !line.starts_with("       "));
    let words = lines.flat_map(|line| line.split([' ', ',']));
    words.filter(|word| word.starts_with('-')).collect()
}

/// Every option that the help tells of is read, and the other way round.
#[test]
fn the_help_is_true() {
    let told = told();
    let letters = options().filter(|row| row.short.is_some()).count();
    assert_eq!(told.len(), options().count() + letters, "{told:?}");
    for option in &told {
        let Err(EarlyExit::Usage(message)) = parsed(&format!("millpond {option}")) else {
            continue;
        };
        assert!(!message.contains("no option"), "{option}: {message}");
    }
    for option in options() {
        let name = option.long;
        assert!(told.contains(&format!("--{name}").as_str()), "{name}");
    }
    // What is not typed is what the help says.
    for default in ["www", "127.0.0.1:2130", "Log.csv", "16", "10", "998", "30"] {
        assert!(HELP.contains(&format!("[default: {default}]")), "{default}");
    }
    assert!(HELP.lines().all(|line| line.len() <= 100));
}

/// The defaults that are told are those of `Config`: typing one changes nothing.
#[test]
fn a_default_that_is_typed_changes_nothing() {
    let nothing = Draft::new().into_config(DESCRIPTORS);
    let mut in_words = Vec::new();
    for option in options().chain([&ROOT]) {
        let Some(default) = option.default else {
            continue;
        };
        let mut draft = Draft::new();
        if (option.set)(&mut draft, OsStr::new(default)).is_err() {
            in_words.push(option.long);
        }
        assert_eq!(draft.into_config(DESCRIPTORS), nothing, "{}", option.long);
    }
    assert_eq!(in_words, ["max-connections"]);
}

/// Long names, letters and variables, so that no option hides another.
#[test]
fn no_two_options_share_a_name() {
    let mut names: Vec<String> = options().map(Opt::env).collect();
    names.extend(options().filter_map(|row| row.short.map(String::from)));
    names.extend(options().map(|row| row.long.to_owned()));
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(names.contains(&"MILLPOND_KEEP_ALIVE".to_owned()));
}

/// The first two cells of an option's row in README: its names, and its default as typed or in words.
fn readme_cells(option: &Opt) -> String {
    let letter = option.short.map(|letter| format!("`-{letter}`, "));
    let value = option.value.map(|value| format!(" {value}"));
    let default = option.default.map(|default| {
        let is_in_words = default.contains(' ');
        let quote = if is_in_words { "" } else { "`" };
        format!("{quote}{default}{quote} ")
    });
    format!(
        "| {}`--{}{}` | {}|",
        letter.unwrap_or_default(),
        option.long,
        value.unwrap_or_default(),
        default.unwrap_or_default(),
    )
}

#[test]
fn the_table_in_readme_has_a_row_for_each_option_and_no_other() {
    let readme = include_str!("../../README.md");
    let table = readme.split("\n## Options\n").nth(1).unwrap();
    let table = table.split("\n## ").next().unwrap();
    let is_row = |line: &&str| line.starts_with("| `-");
    let rows: Vec<&str> = table.lines().filter(is_row).collect();
    for option in options() {
        let cells = readme_cells(option);
        let count = rows.iter().filter(|row| row.starts_with(&cells)).count();
        assert_eq!(count, 1, "{cells}");
    }
    assert_eq!(rows.len(), options().count());
    let root = format!("| `ROOT` | `{}` |", ROOT.default.unwrap());
    assert!(table.lines().any(|line| line.starts_with(&root)));
}

#[test]
fn addresses_are_listened_on_in_the_order_typed_and_the_port_last() {
    let config = parsed("millpond -p 3 -l 1 -l 2").unwrap();
    let ports: Vec<u16> = config.listen.iter().map(ListenAddress::port).collect();
    assert_eq!(ports, [1, 2, 3]);
}

#[test]
fn the_pause_of_slow_motion_holds_whichever_stands_first() {
    for line in ["--trace --slow-motion 2", "--slow-motion 2 --trace"] {
        let config = parsed(&format!("millpond {line}")).unwrap();
        assert_eq!(config.observing.trace, Some(Duration::from_secs(2)));
    }
}

#[test]
fn help_and_version_are_no_mistakes() {
    for line in ["millpond --help", "millpond -h", "millpond -q -h --bad"] {
        let shown = EarlyExit::Show(HELP.to_owned());
        assert_eq!(parsed(line).unwrap_err(), shown);
    }
    let version = format!("millpond {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(parsed("millpond -V").unwrap_err(), EarlyExit::Show(version));
}
