use super::*;

fn parsed(line: &str) -> Result<Settings, String> {
    let arguments = line.split_whitespace().map(OsString::from);
    parse(arguments, 20_000).map_err(|error| match error {
        EarlyExit::Usage(message) => message,
        EarlyExit::Show(text) => panic!("{text}"),
    })
}

#[test]
fn without_options_the_settings_are_the_documented_defaults() {
    let settings = parsed("millpond-swarm").unwrap();
    assert_eq!(settings.target.url(), "http://127.0.0.1:2130/");
    assert_eq!(settings.slow_target, settings.target);
    assert_eq!(settings.connections, 1000);
    assert_eq!(settings.ramp, Duration::from_millis(200));
    assert_eq!(settings.hold, Hold::For(Duration::from_secs(60)));
    assert_eq!(settings.mix.to_string(), "idle=1");
    assert!((settings.probe - 0.01).abs() < 1e-9);
    assert_eq!(settings.sources.unwrap().count(), 256);
    assert_eq!(settings.verbosity, Verbosity::Progress);
}

#[test]
fn every_option_reaches_its_setting() {
    let line = "millpond-swarm http://127.0.0.1:1/a -c 19968 --hold forever --ramp 2m \
                --under-way 9 --mix late=1 --probe 0.5% --period 2s --drip 10ms --burst 3 --late 0s \
                --idle-time 4s --slow-rate 5 --slow-path /b --source-addresses 6 \
                --first-source 127.9.0.0 --server-pid 7 --server-pid 8 --json - --html x \
                --expect lost==0 --expect reset<=1 -q";
    let settings = parsed(line).unwrap();
    assert_eq!(settings.connections, 19_968);
    assert_eq!(settings.hold, Hold::Forever);
    assert_eq!(settings.ramp, Duration::from_secs(120));
    assert_eq!(settings.under_way, 9);
    assert_eq!(settings.slow_target.url(), "http://127.0.0.1:1/b");
    assert_eq!(settings.timing.burst, 3);
    assert_eq!(settings.timing.idle_time, Some(Duration::from_secs(4)));
    assert_eq!(settings.sources.unwrap().of(5).to_string(), "127.9.0.5:0");
    assert_eq!(settings.servers, [7, 8]);
    assert_eq!(settings.expectations.len(), 2);
    assert_eq!(settings.verbosity, Verbosity::ErrorsOnly);
}

#[test]
fn source_addresses_are_chosen_only_on_loopback() {
    assert_eq!(parsed("millpond-swarm 192.0.2.1").unwrap().sources, None);
    assert_eq!(parsed("millpond-swarm [::1]:1").unwrap().sources, None);
    let one = parsed("millpond-swarm 192.0.2.1 --first-source 192.0.2.2").unwrap();
    assert_eq!(one.sources.unwrap().count(), 1);
}

#[test]
fn options_that_cannot_be_meant_are_refused_in_one_line() {
    let table = [
        (
            "-c 50000",
            "50000 connections are more than 20000 descriptors allow, which is 19968; run 3 \
             processes of --connections 16667 each, or raise the limit (ulimit -Hn)",
        ),
        (
            "-c 0",
            "invalid value '0' for '--connections <N>': no number from 1 on",
        ),
        ("-c 5000000000", "invalid value '5000000000'"),
        (
            "--hold 60",
            "invalid value '60' for '--hold <TIME>': no time; write one with its unit",
        ),
        (
            "--hold 50d",
            "invalid value '50d' for '--hold <TIME>': longer than 40 days",
        ),
        (
            "--period 0s",
            "invalid value '0s' for '--period <TIME>': must be at least 1ms",
        ),
        (
            "--probe 0.01",
            "invalid value '0.01' for '--probe <SHARE>': no share",
        ),
        (
            "--probe 101%",
            "invalid value '101%' for '--probe <SHARE>': no share",
        ),
        (
            "--mix lazy=1",
            "invalid value 'lazy=1' for '--mix <MIX>': no behaviour is called",
        ),
        (
            "--expect lost",
            "invalid value 'lost' for '--expect <EXPECTATION>': no comparison",
        ),
        (
            "https://x/",
            "invalid value 'https://x/' for '[URL]': TLS is not spoken",
        ),
        ("--slow-path b", "--slow-path: 'b' is no path"),
        ("[::1]:1 --source-addresses 2", "source addresses are IPv4"),
        (
            "192.0.2.1 --source-addresses 2",
            "name the first source address",
        ),
        (
            "--first-source 127.255.255.255",
            "256 source addresses from 127.255.255.255 on",
        ),
        (
            "--first-source 10.255.255.255 --source-addresses 0",
            "invalid value '0'",
        ),
        ("--unknown", "unexpected argument '--unknown' found"),
    ];
    for (line, message) in table {
        let found = parsed(&format!("millpond-swarm {line}")).unwrap_err();
        assert!(found.starts_with(message), "{line}: {found}");
        assert!(!found.contains('\n'), "{line}: {found}");
    }
}
