//! Where a path leads, link by link (symlink(7)).

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// The kernel follows no more links than these in one path (`path_resolution(7)`).
const LINKS_MAX: usize = 40;

/// Where a path leads.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Destination {
    /// To this absolute path, none of whose components was a link. There may be nothing at it.
    Path(PathBuf),
    /// By way of `/proc` to what a process has open, as `/dev/stdout` does. It need not have a name.
    Descriptor,
}

/// Follows all links in `path`. Calls `check` with the folder of each before it is followed, which may
/// refuse it by an error.
pub(crate) fn resolve(
    path: &Path,
    check: impl Fn(&Path) -> io::Result<()>,
) -> io::Result<Destination> {
    let mut reached = if path.is_absolute() {
        PathBuf::from("/")
    } else {
        std::env::current_dir()?
    };
    let mut rest: VecDeque<OsString> = path.components().map(to_owned).collect();
    let mut links = 0;
    while let Some(component) = rest.pop_front() {
        if component == ".." {
            reached.pop();
            continue;
        }
        if component == "/" || component == "." {
            continue;
        }
        let next = reached.join(&component);
        let is_link = fs::symlink_metadata(&next).is_ok_and(|metadata| metadata.is_symlink());
        if !is_link {
            reached = next;
            continue;
        }
        links += 1;
        if links > LINKS_MAX {
            return Err(rustix::io::Errno::LOOP.into());
        }
        check(&reached)?;
        let target = fs::read_link(&next)?;
        // The links in `/proc/PID/fd` are to files, not to names.
        if reached.starts_with("/proc") && reached.ends_with("fd") {
            return Ok(Destination::Descriptor);
        }
        if target.is_absolute() {
            reached = PathBuf::from("/");
        }
        for component in target.components().rev() {
            rest.push_front(to_owned(component));
        }
    }
    Ok(Destination::Path(reached))
}

fn to_owned(component: Component<'_>) -> OsString {
    component.as_os_str().to_owned()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn each_path_leads_to_where_the_system_says() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        fs::create_dir(at("folder")).unwrap();
        fs::write(at("folder/file"), "").unwrap();
        symlink("folder/file", at("relative")).unwrap();
        symlink(at("relative"), at("absolute")).unwrap();
        symlink("folder", at("to-folder")).unwrap();
        symlink("../relative", at("folder/back")).unwrap();
        for name in ["relative", "absolute", "to-folder/file", "to-folder/./back"] {
            let expected = at(name).canonicalize().unwrap();
            let found = resolve(&at(name), |_| Ok(())).unwrap();
            assert_eq!(found, Destination::Path(expected), "{name}");
        }
        symlink("loop", at("loop")).unwrap();
        assert!(resolve(&at("loop"), |_| Ok(())).is_err());
        symlink("folder/new", at("dangling")).unwrap();
        let real = at("folder").canonicalize().unwrap();
        let found = resolve(&at("dangling"), |_| Ok(())).unwrap();
        assert_eq!(found, Destination::Path(real.join("new")));
        let found = resolve(Path::new("/dev/stdout"), |_| Ok(())).unwrap();
        assert_eq!(found, Destination::Descriptor);
        let refused = resolve(&at("to-folder/back"), |folder| {
            Err(io::Error::other(folder.display().to_string()))
        });
        let top = directory.path().canonicalize().unwrap();
        assert_eq!(refused.unwrap_err().to_string(), top.display().to_string());
    }
}
