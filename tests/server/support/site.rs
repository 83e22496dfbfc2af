//! A temporary tree with a document root in it, and ways to start a server there.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tempfile::TempDir;

use super::Server;
use super::program::millpond;

/// What `/` holds, unless a test writes something else.
pub const INDEX: &str = "<!DOCTYPE html>\n<title>Index</title>\n";

/// Runs what follows with 64 descriptors. Of those, 32 are for connections and what they send.
pub const UNDER_64_DESCRIPTORS: [&str; 4] = ["sh", "-c", "ulimit -n 64; exec \"$@\"", "sh"];

/// Seconds since 1970 of every file's time: `MODIFIED` in [`super::answer`].
const MODIFIED_SECONDS: u64 = 784_111_777;

/// A folder that is the server's working directory; `root` in it is what is served.
pub struct Site {
    directory: TempDir,
    root: PathBuf,
}

impl Site {
    /// With an `index.html`.
    pub fn new() -> Self {
        let site = Self::around(Path::new("root"));
        fs::create_dir(site.path("root")).unwrap();
        site.write("index.html", INDEX);
        site
    }

    /// With a root that is somewhere else.
    pub fn around(root: &Path) -> Self {
        Self {
            directory: TempDir::new().unwrap(),
            root: root.to_owned(),
        }
    }

    /// A path in the working directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A path in the root.
    pub fn root(&self, name: &str) -> PathBuf {
        self.path("root").join(name)
    }

    /// Writes a file below the root, and the folders on its way.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.root(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        let modified = UNIX_EPOCH + Duration::from_secs(MODIFIED_SECONDS);
        set_modified(&path, modified);
    }

    /// Makes a file of `length` zeros below the root, which takes no room on the disk.
    pub fn write_sparse(&self, name: &str, length: u64) {
        self.write(name, "");
        let file = File::options().write(true).open(self.root(name)).unwrap();
        file.set_len(length).unwrap();
        let modified = UNIX_EPOCH + Duration::from_secs(MODIFIED_SECONDS);
        file.set_modified(modified).unwrap();
    }

    /// The log that is written by default.
    pub fn log(&self) -> PathBuf {
        self.path("Log.csv")
    }

    /// The binary on this site, with its output in pipes. Listens on a port that is free, unless
    /// the options say where.
    pub fn command(&self, options: &[&str]) -> Command {
        let mut command = Command::new(millpond());
        command
            .current_dir(self.directory.path())
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let places = ["--listen", "-l", "--port", "-p"];
        if !options.iter().any(|option| places.contains(option)) {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        command.arg(&self.root);
        command
    }

    /// The same, run by another program that ends by becoming it: `ulimit`, a tracer.
    pub fn command_behind(&self, runner: &[&str], options: &[&str]) -> Command {
        let plain = self.command(options);
        let mut command = Command::new(runner[0]);
        command
            .args(&runner[1..])
            .arg(plain.get_program())
            .args(plain.get_args())
            .current_dir(self.directory.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Starts a server.
    #[track_caller]
    pub fn start(&self, options: &[&str]) -> Server {
        Server::spawn(self.command(options))
    }

    /// Runs a server that is expected to end by itself.
    #[track_caller]
    pub fn run(&self, options: &[&str]) -> Output {
        self.command(options).output().unwrap()
    }
}

/// Sets a file's modification time.
pub fn set_modified(path: &Path, modified: SystemTime) {
    let file = File::options().append(true).open(path).unwrap();
    file.set_modified(modified).unwrap();
}
