//! What the operator types: addresses, times and option names are read or refused in one line, and what
//! is printed is read as the same again.

use std::ffi::OsString;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use millpond::cli::{self, EarlyExit};
use millpond::config::Config;
use millpond::os::listen_address::ListenAddress;
use proptest::prelude::*;

use crate::cases;

fn parse(arguments: &[&str]) -> Result<Config, EarlyExit> {
    let arguments = ["millpond"].iter().chain(arguments).map(OsString::from);
    cli::parse(arguments, 1024)
}

/// A setting, or one line of plain characters.
#[track_caller]
fn read(option: &str, value: &str) -> Option<Config> {
    match parse(&[&format!("--{option}={value}")]) {
        Ok(config) => Some(config),
        Err(EarlyExit::Usage(line)) => {
            assert!(!line.contains(char::is_control), "{line:?}");
            assert!(line.ends_with("; see millpond --help"), "{line:?}");
            None
        }
        Err(shown) => panic!("{shown:?}"),
    }
}

/// Texts that are addresses, or nearly.
fn address_like() -> impl Strategy<Value = String> {
    let host = prop_oneof![
        Just(String::new()),
        Just("*".to_owned()),
        "[lL]ocal[hH]ost",
        any::<IpAddr>().prop_map(|ip| ip.to_string()),
        any::<std::net::Ipv6Addr>().prop_map(|ip| format!("[{ip}]")),
        (any::<std::net::Ipv6Addr>(), "[a-z0-9.@%/-]{0,17}")
            .prop_map(|(ip, zone)| format!("[{ip}%{zone}]")),
        "[\\[\\]:%*0-9a-f.]{0,12}",
    ];
    let port = prop_oneof![
        any::<u16>().prop_map(|port| port.to_string()),
        "[-+0-9 ]{0,6}"
    ];
    let colon = prop_oneof![9 => Just(":"), 1 => Just("")];
    (host, colon, port).prop_map(|(host, colon, port)| format!("{host}{colon}{port}"))
}

/// Texts that are times, or nearly.
fn time_like() -> impl Strategy<Value = String> {
    let unit = prop_oneof![
        "(ns|us|ms|s|sec|m|min|h|hr|d|days|w|M|y)",
        "[a-zA-Zµ ]{0,3}",
    ];
    let number = prop_oneof!["[0-9]{1,4}", "[0-9]{0,25}", "[-+.0-9eE]{0,8}"];
    proptest::collection::vec((number, unit), 0..4).prop_map(|parts| {
        let parts = parts.into_iter();
        parts.map(|(number, unit)| number + &unit).collect()
    })
}

proptest! {
    #![proptest_config(cases(4_000))]

    #[test]
    fn an_address_that_is_read_is_printed_as_one_that_is_read_the_same(text in address_like()) {
        if let Ok(address) = text.parse::<ListenAddress>() {
            let printed = address.to_string();
            prop_assert_eq!(printed.parse::<ListenAddress>(), Ok(address.clone()), "{}", text);
            let listen = read("listen", &text).map(|config| config.listen);
            prop_assert_eq!(listen, Some(vec![address]));
        } else {
            prop_assert!(read("listen", &text).is_none());
        }
    }

    #[test]
    fn every_socket_address_is_read(address: SocketAddr) {
        let printed = address.to_string();
        let read = printed.parse::<ListenAddress>().map(|read| (read.port(), read.to_string()));
        prop_assert_eq!(read, Ok((address.port(), printed)));
    }

    #[test]
    fn overlap_is_mutual(one in address_like(), two in address_like()) {
        let read = |text: &str| text.parse::<ListenAddress>().ok();
        if let (Some(one), Some(two)) = (read(&one), read(&two)) {
            prop_assert_eq!(one.overlaps(&two), two.overlaps(&one));
        }
    }

    #[test]
    fn any_text_is_an_address_or_refused_in_one_line(text in "\\PC{0,24}") {
        read("listen", &text);
        read("admin", &text);
        read("admin-host", &text);
    }

    #[test]
    fn every_time_that_is_printed_is_read(millis in 0..=365 * 86_400_000_u64) {
        let time = Duration::from_millis(millis);
        let printed = humantime::format_duration(time).to_string();
        for text in [printed.replace(' ', ""), printed] {
            let found = read("keep-alive", &text).map(|config| config.limits.keep_alive);
            prop_assert_eq!(found, Some(time), "{}", text);
        }
    }

    #[test]
    fn a_time_that_is_read_is_within_a_year_and_comes_back(text in time_like()) {
        if let Some(config) = read("keep-alive", &text) {
            let time = config.limits.keep_alive;
            prop_assert!(time <= Duration::from_secs(365 * 86_400), "{}", text);
            let printed = humantime::format_duration(time).to_string();
            let again = read("keep-alive", &printed).map(|config| config.limits.keep_alive);
            prop_assert_eq!(again, Some(time), "{} {}", text, printed);
        }
        let positive = read("head-timeout", &text).map(|config| config.limits.head_timeout);
        prop_assert_ne!(positive, Some(Duration::ZERO));
    }

    #[test]
    fn any_option_name_is_known_or_refused_in_one_line(name in "[-_a-zA-Zé]{0,80}") {
        let _ = parse(&[&format!("--{name}")]);
    }
}
