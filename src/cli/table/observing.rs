//! Options to look at the loop.

use crate::cli::option::{Group, Opt, SWITCH, VALUE, put};
use crate::cli::values;

pub(super) const ROWS: &[Opt] = &[
    Opt {
        long: "trace",
        help: "Tell on standard error what the loop does, event by event, in words",
        group: Group::Observing,
        set: |to, _| {
            // --slow-motion may stand before it, and has said how long to pause then.
            to.config.observing.trace.get_or_insert_default();
            Ok(())
        },
        ..SWITCH
    },
    Opt {
        long: "slow-motion",
        value: Some("SECONDS"),
        help: "With --trace: stand still for so long after each line; nobody is served meanwhile",
        group: Group::Observing,
        set: |to, time| {
            let pause = values::duration(time).map(Some);
            put(&mut to.config.observing.trace, pause)
        },
        ..VALUE
    },
    Opt {
        long: "trace-file",
        value: Some("FILE"),
        help: "Write every event to FILE, for ui.perfetto.dev and other viewers",
        group: Group::Observing,
        set: |to, path| put(&mut to.config.observing.trace_file, Ok(Some(path.into()))),
        ..VALUE
    },
    Opt {
        long: "flight-recorder",
        value: Some("FILE"),
        help: "Keep the last events in memory (20 MiB at most); SIGUSR1 or a panic writes them to FILE",
        group: Group::Observing,
        set: |to, path| {
            let file = &mut to.config.observing.flight_recorder;
            put(file, Ok(Some(path.into())))
        },
        ..VALUE
    },
    Opt {
        long: "admin",
        value: Some("ADDRESS"),
        help: "Show the loop live in a browser, and as metrics, on PORT (of 127.0.0.1) or ADDR:PORT",
        group: Group::Observing,
        set: |to, address| {
            let address = values::address(address).map(Some);
            put(&mut to.config.observing.admin, address)
        },
        ..VALUE
    },
    Opt {
        long: "admin-host",
        value: Some("NAME"),
        help: "With --admin: answer requests for this host name too, as a scraper's on another machine; \
               may be given several times",
        group: Group::Observing,
        may_repeat: true,
        set: |to, name| {
            let name = values::host(name)?;
            to.config.observing.admin_hosts.push(name);
            Ok(())
        },
        ..VALUE
    },
];
