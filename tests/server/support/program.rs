//! The server's binary: the one that Cargo has made for this test, or the one beside the test.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// The binary that is tested. Cargo names it to the tests of its own package only.
pub fn millpond() -> &'static Path {
    static FOUND: LazyLock<PathBuf> = LazyLock::new(|| {
        option_env!("CARGO_BIN_EXE_millpond").map_or_else(beside_this_test, PathBuf::from)
    });
    &FOUND
}

/// For the tests of another package: what lies in the folder into which Cargo built them. Where
/// only that package is tested, nothing may lie there yet, and it is built, in the same profile.
fn beside_this_test() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    // target/debug/deps/swarm-0123 → target/debug
    let folder = test.parent().and_then(Path::parent).unwrap();
    let program = folder.join("millpond");
    if !program.exists() {
        let profile = match folder.file_name().and_then(|name| name.to_str()).unwrap() {
            "debug" => "dev",
            profile => profile,
        };
        let built = Command::new(env!("CARGO"))
            .args([
                "build",
                "--quiet",
                "--package",
                "millpond",
                "--bin",
                "millpond",
            ])
            .args(["--profile", profile, "--target-dir"])
            .arg(folder.parent().unwrap())
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status()
            .unwrap();
        assert!(built.success(), "the server could not be built: {built}");
    }
    program
}
