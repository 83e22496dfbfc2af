//! The options: one row each.
//!
//! To add one: a field and its default in [`crate::config`], a row here, and the place that uses it.

use super::draft::Wanted;
use super::option::{Group, Opt, SWITCH, VALUE};
use super::values::{self, Cure};
use crate::http::target::DotFiles;

/// The one argument that is not an option. It has a row, since it sets a setting as options do.
pub(crate) const ROOT: Opt = Opt {
    long: "root",
    value: Some("ROOT"),
    default: Some("www"),
    help: "The folder to serve",
    set: |to, path| put(&mut to.config.root, Ok(path.into())),
    ..VALUE
};

/// All options, in the order of `--help`.
pub(crate) const OPTIONS: &[Opt] = &[
    Opt {
        long: "listen",
        short: Some('l'),
        value: Some("ADDRESS"),
        default: Some("127.0.0.1:2130"),
        help: "Address to listen on: ADDR:PORT, [IPv6]:PORT, localhost:PORT (both families), PORT (on \
               127.0.0.1) or :PORT (on all interfaces); may be given several times; port 0 lets the \
               system choose",
        may_repeat: true,
        set: |to, address| {
            // The address of --port stays the last one, wherever that option stands.
            let place = to.config.listen.len() - usize::from(to.is_given("port"));
            to.config.listen.insert(place, values::address(address)?);
            Ok(())
        },
        ..VALUE
    },
    Opt {
        long: "port",
        short: Some('p'),
        value: Some("PORT"),
        help: "Port to listen on, on 127.0.0.1: short for --listen PORT",
        set: |to, port| {
            to.config.listen.push(values::local(values::port(port)?));
            Ok(())
        },
        ..VALUE
    },
    Opt {
        long: "log",
        value: Some("FILE"),
        default: Some("Log.csv"),
        help: "The file that gets a row of CSV for each response; - is standard output",
        set: |to, path| put(&mut to.config.log, Ok(Some(path.into()))),
        ..VALUE
    },
    Opt {
        long: "no-log",
        help: "Keep no log",
        set: |to, _| put(&mut to.config.log, Ok(None)),
        ..SWITCH
    },
    Opt {
        long: "quiet",
        short: Some('q'),
        help: "Print no line for each request",
        set: |to, _| put(&mut to.config.print_requests, Ok(false)),
        ..SWITCH
    },
    Opt {
        long: "dot-files",
        help: "Serve names that begin with a dot; without this only .well-known is served",
        set: |to, _| put(&mut to.config.dot_files, Ok(DotFiles::Served)),
        ..SWITCH
    },
    Opt {
        long: "defer-accept",
        help: "Accept clients with their first bytes, silent ones after a second (Linux)",
        set: |to, _| put(&mut to.config.defer_accept, Ok(true)),
        ..SWITCH
    },
    Opt {
        long: "sandbox",
        help: "After start-up, give up every right but to read the root and to write the log (Linux)",
        set: |to, _| put(&mut to.config.sandbox, Ok(true)),
        ..SWITCH
    },
    Opt {
        long: "cache",
        value: Some("MIB"),
        default: Some("16"),
        help: "Memory for files that are asked for again, in MiB; 0 keeps none",
        set: |to, count| put(&mut to.config.cache_bytes, values::mebibytes(count)),
        ..VALUE
    },
    Opt {
        long: "keep-alive",
        value: Some("SECONDS"),
        default: Some("10"),
        help: "How long a connection may be idle between requests; 0 closes it after each answer",
        set: |to, time| put(&mut to.config.limits.keep_alive, values::duration(time)),
        ..VALUE
    },
    Opt {
        long: "keep-alive-requests",
        value: Some("N"),
        default: Some("998"),
        help: "How many requests a connection may make; 0 is any number",
        set: |to, count| {
            let most = &mut to.config.limits.keep_alive_requests;
            put(most, values::requests(count))
        },
        ..VALUE
    },
    Opt {
        long: "head-timeout",
        value: Some("SECONDS"),
        default: Some("10"),
        help: "How long a new connection may be silent, and how long a request head may take",
        set: |to, time| {
            let timeout = &mut to.config.limits.head_timeout;
            put(timeout, values::positive_duration(time))
        },
        ..VALUE
    },
    Opt {
        long: "max-head",
        value: Some("KIB"),
        default: Some("16"),
        help: "How long a request head may be, in KiB, from 1 to 1024; a longer one gets 400",
        set: |to, count| {
            put(
                &mut to.config.limits.max_head,
                values::head_kibibytes(count),
            )
        },
        ..VALUE
    },
    Opt {
        long: "stall-timeout",
        value: Some("SECONDS"),
        default: Some("30"),
        help: "How long a response may go without progress",
        set: |to, time| {
            let timeout = &mut to.config.limits.stall_timeout;
            put(timeout, values::positive_duration(time))
        },
        ..VALUE
    },
    Opt {
        long: "min-send-rate",
        value: Some("BYTES"),
        help: "At the limit of connections, a response that is sent more slowly than BYTES a second may \
               be cut off for a new client; without this none is",
        set: |to, rate| {
            let least = &mut to.config.limits.min_send_rate;
            put(least, values::bytes_a_second(rate).map(Some))
        },
        ..VALUE
    },
    Opt {
        long: "buffers",
        value: Some("MIB"),
        default: Some("64"),
        help: "Memory for begun heads and for responses that clients do not read, in MiB; beyond it \
               those that have waited longest are closed",
        set: |to, count| {
            let most = &mut to.config.limits.buffers;
            put(most, values::positive_mebibytes(count))
        },
        ..VALUE
    },
    Opt {
        long: "max-connections",
        value: Some("N"),
        default: Some("as many as the descriptors allow"),
        help: "How many connections there may be at once",
        set: |to, count| {
            let most = &mut to.config.limits.max_connections;
            put(most, values::connections(count))
        },
        ..VALUE
    },
    Opt {
        long: "help",
        short: Some('h'),
        help: "Print this help",
        set: |to, _| put(&mut to.wanted, Ok(Some(Wanted::Help))),
        ..SWITCH
    },
    Opt {
        long: "version",
        short: Some('V'),
        help: "Print the version",
        set: |to, _| put(&mut to.wanted, Ok(Some(Wanted::Version))),
        ..SWITCH
    },
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

pub(crate) fn find_by_name(long: &str) -> Option<&'static Opt> {
    OPTIONS.iter().find(|option| option.long == long)
}

pub(crate) fn find_by_letter(short: char) -> Option<&'static Opt> {
    OPTIONS.iter().find(|option| option.short == Some(short))
}

/// Stores a value that makes sense.
fn put<T>(to: &mut T, value: Result<T, Cure>) -> Result<(), Cure> {
    *to = value?;
    Ok(())
}
