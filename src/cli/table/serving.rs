//! Options about what is served, where, and in which form.

use crate::cli::option::{Opt, SWITCH, VALUE, put};
use crate::cli::values;
use crate::http::media_type_options;
use crate::http::target::DotFiles;
use crate::response::cors;
use crate::response::serving::{CleanUrls, CodingPolicy, Folders};

pub(super) const ROWS: &[Opt] = &[
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
        long: "http",
        value: Some("PROFILE"),
        default: Some("four"),
        help: "Which statuses are sent: four (200, 304, 400 and 404) or full (ranges, redirects, \
               preconditions and the others of RFC 9110 as well)",
        set: |to, text| {
            let profile = values::profile(text);
            put(&mut to.config.serving.profile, profile)
        },
        ..VALUE
    },
    Opt {
        long: "precompressed",
        help: "Send NAME.br, NAME.zst or NAME.gz for NAME to clients that take it",
        set: |to, _| {
            put(
                &mut to.config.serving.coding,
                Ok(CodingPolicy::Precompressed),
            )
        },
        ..SWITCH
    },
    Opt {
        long: "fallback",
        value: Some("NAME"),
        help: "The file below the root that is sent, with 200, for a page that is not there: for \
               single-page applications, such as index.html",
        set: |to, name| {
            put(
                &mut to.config.serving.fallback,
                values::name(name).map(Some),
            )
        },
        ..VALUE
    },
    Opt {
        long: "clean-urls",
        help: "Let /about stand for about.html; with --http full, /about.html leads to /about",
        set: |to, _| put(&mut to.config.serving.clean_urls, Ok(CleanUrls::On)),
        ..SWITCH
    },
    Opt {
        long: "cors",
        value: Some("ORIGIN"),
        help: "The site whose pages may read what is served, such as https://example.org, or '*' for \
               any; may be given several times",
        may_repeat: true,
        set: |to, text| {
            let origin = cors::parse_origin(values::text(text)?)?;
            to.config.serving.cors.add(origin);
            Ok(())
        },
        ..VALUE
    },
    Opt {
        long: "dot-files",
        help: "Serve names that begin with a dot; without this only .well-known is served",
        set: |to, _| put(&mut to.config.serving.dot_files, Ok(DotFiles::Served)),
        ..SWITCH
    },
    Opt {
        long: "listing",
        help: "List what is in a folder that has no index.html",
        set: |to, _| put(&mut to.config.serving.folders, Ok(Folders::Listed)),
        ..SWITCH
    },
    Opt {
        long: "type",
        value: Some("EXT=TYPE"),
        help: "The media type of files with this extension, such as mjs=text/javascript; may be given \
               several times",
        may_repeat: true,
        set: |to, text| {
            let text = values::text(text)?;
            let pair = media_type_options::parse_override(text)?;
            to.config.media_types.add_override(pair);
            Ok(())
        },
        ..VALUE
    },
    Opt {
        long: "charset",
        value: Some("NAME"),
        default: Some("utf-8"),
        help: "The encoding of files of text that declare none, such as iso-8859-1; none is unknown",
        set: |to, text| {
            let charset = media_type_options::parse_charset(values::text(text)?)?;
            to.config.media_types.set_charset(charset);
            Ok(())
        },
        ..VALUE
    },
    Opt {
        long: "headers",
        value: Some("FILE"),
        help: "Fields for answers by path, in the _headers format of Netlify and Cloudflare Pages; SIGHUP \
               reads them again",
        set: |to, path| put(&mut to.config.headers, Ok(Some(path.into()))),
        ..VALUE
    },
    Opt {
        long: "defer-accept",
        help: "Accept clients with their first bytes, silent ones after a second (Linux)",
        set: |to, _| put(&mut to.config.defer_accept, Ok(true)),
        ..SWITCH
    },
    Opt {
        long: "sandbox",
        help: "After start-up, give up all but reading the root, writing the log and serving (Linux)",
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
];
