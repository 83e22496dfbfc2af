//! What `--help` says. A test holds it against what is read.

/// For standard output.
pub(super) const HELP: &str = "\
Serves the files of a folder over HTTP/1.1, on one thread

Usage: millpond [OPTIONS] [ROOT]

Arguments:
  [ROOT]  The folder to serve [default: www]

Options:
  -l, --listen <ADDRESS>
          Address to listen on: ADDR:PORT, [IPv6]:PORT or PORT (on 127.0.0.1); may be given
          several times; port 0 lets the system choose [default: 127.0.0.1:2130]
  -p, --port <PORT>
          Port to listen on, on 127.0.0.1: short for --listen PORT
      --log <FILE>
          The file that gets a row of CSV for each response [default: Log.csv]
      --no-log
          Keep no log
  -q, --quiet
          Print no line for each request
      --dot-files
          Serve names that begin with a dot; without this only .well-known is served
      --defer-accept
          Accept clients with their first bytes, silent ones after a second (Linux)
      --sandbox
          After start-up, give up all but reading the root, writing the log and serving (Linux)
      --cache <MIB>
          Memory for files that are asked for again, in MiB; 0 keeps none [default: 16]
      --keep-alive <SECONDS>
          How long a connection may be idle between requests; 0 closes it after each answer
          [default: 10]
      --keep-alive-requests <N>
          How many requests a connection may make; 0 is any number [default: 998]
      --head-timeout <SECONDS>
          How long a new connection may be silent, and how long a request head may take
          [default: 10]
      --stall-timeout <SECONDS>
          How long a response may go without progress [default: 30]
      --max-connections <N>
          How many connections there may be at once [default: as many as the descriptors allow]
  -h, --help
          Print this help
  -V, --version
          Print the version

To look at the loop:
      --trace
          Tell on standard error what the loop does, event by event, in words
      --slow-motion <SECONDS>
          With --trace: stand still for so long after each line; nobody is served meanwhile
      --trace-file <FILE>
          Write every event to FILE, for ui.perfetto.dev and other viewers
      --flight-recorder <FILE>
          Keep the last events in memory (20 MiB at most); SIGUSR1 or a panic writes them to FILE
      --admin <ADDRESS>
          Show the loop live in a browser, and as metrics, on PORT (of 127.0.0.1) or ADDR:PORT
";

/// For standard output.
pub(super) const VERSION: &str = concat!("millpond ", env!("CARGO_PKG_VERSION"), "\n");
