//! Expectations decide the exit status.

use crate::runner::{command, run};
use crate::support::Site;

#[test]
fn the_exit_status_is_0_only_if_every_expectation_is_met() {
    let site = Site::new();
    let server = site.start(&["--quiet"]);
    let table = [
        ("--expect alive==5", 0, [true].as_slice()),
        ("--expect alive==4", 1, &[false]),
        ("--expect alive==5 --expect lost>0", 1, &[true, false]),
        (
            "--expect connect-p99<=10s --expect first-p50<10s",
            0,
            &[true, true],
        ),
        // No connection was watched for a minute, so the figure is unknown.
        ("--expect survive@1m>=0%", 1, &[false]),
        ("--expect survive.late@0s>=0%", 1, &[false]),
        ("--expect survive.idle@0s==100%", 0, &[true]),
    ];
    for (options, status, met) in table {
        let result = run(server.address, &format!("-c 5 --hold 0s --quiet {options}"));
        let checks = result.report["expectations"].as_array().unwrap();
        let found: Vec<bool> = checks
            .iter()
            .map(|one| one["met"].as_bool().unwrap())
            .collect();
        assert_eq!(found, met, "{options}");
        assert_eq!(result.status, status, "{options}");
        assert_eq!(result.text.contains("NOT MET"), status == 1, "{options}");
    }
}

#[test]
fn options_that_cannot_be_meant_are_refused_in_one_line() {
    let table = [
        (
            "--hold 60",
            "millpond-swarm: invalid value '60' for '--hold <TIME>': no time;",
        ),
        (
            "--mix lazy",
            "millpond-swarm: invalid value 'lazy' for '--mix <MIX>': no behaviour",
        ),
        (
            "https://localhost/",
            "millpond-swarm: invalid value 'https://localhost/' for '[URL]'",
        ),
    ];
    for (options, message) in table {
        let output = command(options).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{options}");
        let line = String::from_utf8(output.stderr).unwrap();
        assert!(line.starts_with(message), "{line}");
        assert_eq!(line.matches('\n').count(), 1, "{line}");
    }
}

#[test]
fn a_report_that_cannot_be_written_is_an_error_and_the_text_is_printed_anyway() {
    let site = Site::new();
    let server = site.start(&["--quiet"]);
    let output = command("-c 1 --hold 0s --quiet --json /no/such/folder/report.json")
        .arg(format!("http://{}/", server.address))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "millpond-swarm: cannot write the report '/no/such/folder/report.json': No such file or \
         directory (os error 2); name another file\n"
    );
    // The text is printed nevertheless, so the run was not in vain.
    assert!(!output.stdout.is_empty());
}
