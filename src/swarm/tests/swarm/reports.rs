//! The report in its three forms.

use crate::misbehaving::unused_port;
use crate::runner::{command, run};
use crate::support::Site;

#[test]
fn the_page_refers_to_no_other_file() {
    let site = Site::new();
    let server = site.start(&["--quiet", "--keep-alive", "1"]);
    let result = run(
        server.address,
        "-c 30 --mix idle=2,late=1 --late 500ms --hold 2s --expect survive@900ms==100% \
         --expect lost<100",
    );
    let page = &result.page;
    assert!(page.starts_with("<!DOCTYPE html>"));
    assert!(page.ends_with("</html>\n"));
    // Survival, the run, latency, late requests.
    assert_eq!(page.matches("<svg").count(), 4);
    assert_eq!(page.matches("<svg").count(), page.matches("</svg>").count());
    for reference in [
        "src=", "href=", "url(", "@import", "<script", "<link", "NaN", "inf",
    ] {
        assert!(!page.contains(reference), "{reference}");
    }
    // What was typed appears as text, not as markup.
    assert!(page.contains("<code>lost&lt;100</code>"));
    assert!(page.contains(&format!("<code>http://{}/</code>", server.address)));
}

#[test]
fn a_run_without_an_established_connection_has_a_report_too() {
    let result = run(unused_port(), "-c 1 --hold 0s");
    result.adds_up(1);
    for nonsense in ["NaN", "inf"] {
        assert!(!result.page.contains(nonsense), "{}", result.page);
        assert!(!result.text.contains(nonsense), "{}", result.text);
    }
}

#[test]
fn json_takes_the_place_of_the_text_on_standard_output() {
    let site = Site::new();
    let server = site.start(&["--quiet"]);
    let output = command("-c 2 --hold 0s --quiet --json -")
        .arg(format!("http://{}/", server.address))
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["connections"]["endings"]["alive"], 2);
    assert_eq!(report["program"], "millpond-swarm");
    assert!(output.stderr.is_empty());
}

#[test]
fn the_help_names_options_and_defaults() {
    let output = command("--help").output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let help = String::from_utf8(output.stdout).unwrap();
    for text in [
        "--connections <N>",
        "[default: 1000]",
        "--mix <MIX>",
        "slow-reader",
        "--expect",
    ] {
        assert!(help.contains(text), "{text}: {help}");
    }
}
