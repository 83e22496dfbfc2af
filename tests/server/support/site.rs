//! A temporary tree with a document root in it, and ways to start a server there.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::fs::{CWD, FileType, Mode, mknodat};
use tempfile::TempDir;

use super::Server;
use super::program::millpond;

/// The content of `/`, unless a test writes another.
pub const INDEX: &str = "<!DOCTYPE html>\n<title>Index</title>\n";

/// Runs the program that follows with 64 descriptors. Of those, 32 are for connections and the
/// files that they send.
pub const UNDER_64_DESCRIPTORS: [&str; 4] = ["sh", "-c", "ulimit -n 64; exec \"$@\"", "sh"];

/// The modification time of every file, in seconds since 1970: `MODIFIED` in [`super::answer`].
const MODIFIED_SECONDS: u64 = 784_111_777;

/// A folder that is the server's working directory; `root` in it is the document root.
pub struct Site {
    directory: TempDir,
    root: PathBuf,
}

impl Site {
    /// A site with an `index.html`.
    pub fn new() -> Self {
        let site = Self::around(Path::new("root"));
        fs::create_dir(site.path("root")).unwrap();
        site.write("index.html", INDEX);
        site
    }

    /// A site whose root is a folder elsewhere.
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
    pub fn root(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path("root").join(name)
    }

    /// Writes a file below the root, and the folders on its way.
    pub fn write(&self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        let path = self.root(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        let modified = UNIX_EPOCH + Duration::from_secs(MODIFIED_SECONDS);
        set_modified(&path, modified);
    }

    /// Creates a file of `length` zeros below the root, which takes no space on the disk.
    pub fn write_sparse(&self, name: &str, length: u64) {
        self.write(name, "");
        let file = File::options().write(true).open(self.root(name)).unwrap();
        file.set_len(length).unwrap();
        let modified = UNIX_EPOCH + Duration::from_secs(MODIFIED_SECONDS);
        file.set_modified(modified).unwrap();
    }

    /// Shortens or extends a file below the root.
    pub fn set_length(&self, name: &str, length: u64) {
        let file = File::options().write(true).open(self.root(name)).unwrap();
        file.set_len(length).unwrap();
    }

    /// The log that the server writes by default.
    pub fn log(&self) -> PathBuf {
        self.path("Log.csv")
    }

    /// The binary on this site, with its output in pipes. It listens on a free port unless the
    /// options say otherwise.
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

    /// The same, run by another program that ends with an exec of it: `ulimit`, a tracer.
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

/// Makes a FIFO.
pub fn make_fifo(path: &Path) {
    mknodat(CWD, path, FileType::Fifo, Mode::from_raw_mode(0o666), 0).unwrap();
}
