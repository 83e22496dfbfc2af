//! What is expected decides the exit status.

use crate::runner::{command, run};
use crate::support::Site;

#[test]
fn met_and_not_met() {
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
        // Nobody was watched for a minute, so that nobody knows.
        ("--expect survive@1m>=0%", 1, &[false]),
        ("--expect survive.late@0s>=0%", 1, &[false]),
        ("--expect survive.idle@0s==100%", 0, &[true]),
    ];
    for (options, status, met) in table {
        let outcome = run(server.address, &format!("-c 5 --hold 0s --quiet {options}"));
        let judged = outcome.report["expectations"].as_array().unwrap();
        let found: Vec<bool> = judged
            .iter()
            .map(|one| one["met"].as_bool().unwrap())
            .collect();
        assert_eq!(found, met, "{options}");
        assert_eq!(outcome.status, status, "{options}");
        assert_eq!(outcome.text.contains("NOT MET"), status == 1, "{options}");
    }
}

#[test]
fn what_cannot_be_meant_is_one_line() {
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
fn a_report_that_cannot_be_written() {
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
    // The text is there all the same: the run was not for nothing.
    assert!(!output.stdout.is_empty());
}
