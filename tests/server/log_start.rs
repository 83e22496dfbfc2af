//! The log file at the start: one that already exists, is full, or disappears.

use std::fs;

use crate::support::log::{COLUMNS, index_row, rows, wait_for_rows};
use crate::support::{Server, Site};

/// Sends a request. Returns the row that it makes.
#[track_caller]
fn ask(server: &Server) -> Vec<String> {
    let mut client = server.connect();
    client.get("/");
    index_row(client.address())
}

#[test]
fn an_existing_log_is_appended_to() {
    let site = Site::new();
    let mut expected = Vec::new();
    for _ in 0..3 {
        let mut server = site.start(&[]);
        expected.push(ask(&server));
        server.stop();
        assert_eq!(rows(&site.log()), expected);
    }
    let text = fs::read_to_string(site.log()).unwrap();
    assert_eq!(text.matches("connected_at").count(), 1, "{text}");
    assert!(text.starts_with(&format!("{COLUMNS}\n")), "{text}");
}

#[test]
fn a_torn_last_row_is_cut_off() {
    let site = Site::new();
    let mut server = site.start(&[]);
    let mut expected = vec![ask(&server), ask(&server)];
    server.stop();
    let whole = fs::read(site.log()).unwrap();
    // As after a crash in the middle of the second row.
    fs::write(site.log(), &whole[..whole.len() - 10]).unwrap();
    expected.pop();
    let torn = whole.split(|&byte| byte == b'\n').nth(2).unwrap().len() - 9;

    let mut server = site.start(&[]);
    assert_eq!(
        server.next_diagnostic(),
        format!(
            "millpond: the log 'Log.csv' ended in half a row, as after a crash; its last {torn} \
             bytes were cut off"
        )
    );
    expected.push(ask(&server));
    server.stop();
    assert_eq!(rows(&site.log()), expected);
}

#[test]
fn a_log_with_other_columns_is_set_aside() {
    let site = Site::new();
    let foreign = "time,client,file\n1,2,3\n";
    fs::write(site.log(), foreign).unwrap();
    let mut server = site.start(&[]);
    let notice = server.next_diagnostic();
    let aside = notice
        .strip_prefix("millpond: the log 'Log.csv' has other columns and was set aside as '")
        .and_then(|rest| rest.strip_suffix('\''))
        .expect("a notice that says where");
    let date = aside
        .strip_prefix("Log.")
        .and_then(|rest| rest.strip_suffix("Z.csv"));
    let date = date.expect("a dated name");
    let shape: String = date
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    assert_eq!(shape, "0000-00-00T00-00-00");
    assert_eq!(fs::read_to_string(site.path(aside)).unwrap(), foreign);
    let expected = ask(&server);
    server.stop();
    assert_eq!(rows(&site.log()), [expected]);
}

#[test]
fn a_full_disk_does_not_stop_the_server_from_serving() {
    let site = Site::new();
    let mut server = site.start(&["--log", "/dev/full"]);
    assert!(
        server.next_diagnostic().contains("log '/dev/full'"),
        "the banner"
    );
    let mut client = server.connect();
    client.get("/");
    // The warning comes when the first second's rows are written.
    assert_eq!(
        server.next_diagnostic(),
        "millpond: cannot write the log '/dev/full': No space left on device (os error 28); 1 \
         rows lost so far, serving goes on"
    );
    client.get("/");
    server.stop();
    let goodbye = server.diagnostics.rest();
    assert_eq!(goodbye.len(), 1, "{goodbye:?}");
    assert!(goodbye[0].contains("2 log rows lost"), "{goodbye:?}");
}

#[test]
fn no_log_creates_no_file() {
    let site = Site::new();
    let mut server = site.start(&["--no-log"]);
    ask(&server);
    server.stop();
    let names = fs::read_dir(site.path("")).unwrap();
    let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["root"]);
}

#[test]
fn a_deleted_log_is_created_again() {
    let site = Site::new();
    let mut server = site.start(&["--log", "other name.csv"]);
    let log = site.path("other name.csv");
    let before = ask(&server);
    assert_eq!(wait_for_rows(&log, 1), [before]);
    fs::remove_file(&log).unwrap();
    let after = ask(&server);
    server.stop();
    assert_eq!(rows(&log), [after]);
    assert!(!site.log().exists());
}
