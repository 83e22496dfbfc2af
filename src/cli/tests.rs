//! What is typed, what it means, and what is said of what can not be meant.

use super::help::HELP;
use super::*;

const DESCRIPTORS: u64 = 20_000;

fn parsed(line: &str) -> Result<Config, EarlyExit> {
    let arguments = line.split_whitespace().map(OsString::from);
    parse(arguments, DESCRIPTORS)
}

#[test]
fn defaults() {
    let config = parsed("millpond").unwrap();
    assert_eq!(config.root, PathBuf::from("www"));
    assert_eq!(config.listen, ["127.0.0.1:2130".parse().unwrap()]);
    assert_eq!(config.log, Some(PathBuf::from("Log.csv")));
    assert_eq!(config.requests_printed, RequestsPrinted::Yes);
    assert_eq!(config.dot_files, DotFiles::Hidden);
    assert_eq!(config.newcomers, Newcomers::AtOnce);
    assert_eq!(config.sandbox, Sandbox::Off);
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
             288 in reserve), backlog 4096; cache 16 MiB; keep-alive 10 s, 998 requests; head timeout 10 s, \
             stall timeout 30 s; log 'Log.csv'",
            env!("CARGO_PKG_VERSION")
        )
    );
}

#[test]
fn everything_else() {
    let line = "millpond --listen [::1]:0 -l 8080 --listen 0.0.0.0:1 -p 2 --no-log -q \
                --dot-files --defer-accept --sandbox --keep-alive 0.5 --keep-alive-requests 0 --head-timeout 1 \
                --stall-timeout 2.25 --max-connections 7 --trace --slow-motion 0.2 \
                --trace-file t.json --flight-recorder f.json --admin 9 --cache 0 site";
    let config = parsed(line).unwrap();
    assert_eq!(config.root, PathBuf::from("site"));
    let listen: Vec<String> = config.listen.iter().map(ToString::to_string).collect();
    assert_eq!(
        listen,
        ["[::1]:0", "127.0.0.1:8080", "0.0.0.0:1", "127.0.0.1:2"]
    );
    assert_eq!(config.log, None);
    assert_eq!(config.requests_printed, RequestsPrinted::No);
    assert_eq!(config.dot_files, DotFiles::Served);
    assert_eq!(config.newcomers, Newcomers::WithFirstBytes);
    assert_eq!(config.sandbox, Sandbox::On);
    assert_eq!((config.cache_bytes, config.cache_files), (0, 0));
    let observing = Observing {
        trace: Some(Duration::from_millis(200)),
        trace_file: Some("t.json".into()),
        flight_recorder: Some("f.json".into()),
        admin: Some("127.0.0.1:9".parse().unwrap()),
    };
    assert_eq!(config.observing, observing);
    let expected = Limits {
        keep_alive: Duration::from_millis(500),
        keep_alive_requests: None,
        head_timeout: Duration::from_secs(1),
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
fn keep_alive_off() {
    let config = parsed("millpond --keep-alive 0").unwrap();
    assert!(banner(&config, DESCRIPTORS).contains("keep-alive off"));
}

#[test]
fn mistakes_are_one_line_with_the_thing_and_the_cure() {
    let table = [
        ("--bad", "'--bad'"),
        ("a b", "'b'"),
        ("--listen localhost:1", "'localhost:1'"),
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
        ("--head-timeout 0", "'0'"),
        ("--stall-timeout 0", "'0'"),
        ("--keep-alive-requests -1", "'-1'"),
        ("--keep-alive-requests x", "'x'"),
        ("--max-connections 0", "'0'"),
        ("--no-log --log x", "'--no-log'"),
        ("--trace --slow-motion x", "'x'"),
        ("--admin localhost", "'localhost'"),
        ("--slow-motion 1", "add --trace;"),
        ("-x", "'-x'"),
        ("-p 1 -p 2", "'--port'"),
        ("--quiet=yes", "'--quiet'"),
        ("--log=a --log=b", "'--log'"),
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
    assert_eq!(told.len(), 26, "{told:?}");
    for option in &told {
        let Err(EarlyExit::Usage(message)) = parsed(&format!("millpond {option}")) else {
            continue;
        };
        assert!(!message.contains("no option"), "{option}: {message}");
    }
    let source = include_str!("parse.rs");
    for name in source.split("Long(\"").skip(1) {
        let name = name.split('"').next().unwrap();
        assert!(told.contains(&format!("--{name}").as_str()), "{name}");
    }
    // What is not typed is what the help says.
    for default in ["www", "127.0.0.1:2130", "Log.csv", "16", "10", "998", "30"] {
        assert!(HELP.contains(&format!("[default: {default}]")), "{default}");
    }
    assert!(HELP.lines().all(|line| line.len() <= 100));
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
