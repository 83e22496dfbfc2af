//! Options about how long connections and their parts may last, and how many there may be.

use crate::cli::option::{Opt, VALUE, put};
use crate::cli::values;

pub(super) const ROWS: &[Opt] = &[
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
];
