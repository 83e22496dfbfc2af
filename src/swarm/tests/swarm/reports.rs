//! The report in its three forms.

use crate::misbehaving::nobody;
use crate::runner::{command, run};
use crate::support::Site;

#[test]
fn the_page_needs_nothing_else() {
    let site = Site::new();
    let server = site.start(&["--quiet", "--keep-alive", "1"]);
    let outcome = run(
        server.address,
        "-c 30 --mix idle=2,late=1 --late 500ms --hold 2s --expect survive@900ms==100% \
         --expect lost<100",
    );
    let page = &outcome.page;
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
    // What was typed is text there, and not markup.
    assert!(page.contains("<code>lost&lt;100</code>"));
    assert!(page.contains(&format!("<code>http://{}/</code>", server.address)));
}

#[test]
fn a_run_without_a_single_connection_has_a_report_too() {
    let outcome = run(nobody(), "-c 1 --hold 0s");
    outcome.adds_up(1);
    for nonsense in ["NaN", "inf"] {
        assert!(!outcome.page.contains(nonsense), "{}", outcome.page);
        assert!(!outcome.text.contains(nonsense), "{}", outcome.text);
    }
}

#[test]
fn json_on_standard_output() {
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
fn help_tells_the_defaults() {
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
