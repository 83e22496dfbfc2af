//! What is served of a real root, against what the kernel says of its files.

use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::time::{Duration, SystemTime};

use millpond::files::DocumentRoot;
use millpond::response::resource::{Content, Documents, LookupError, Resource};

/// Device and inode number.
pub type Identity = (u64, u64);

/// The tag of each content that was ever served, and the content of each tag.
#[derive(Debug, Default)]
pub struct Tags {
    of_content: HashMap<Vec<u8>, Vec<u8>>,
    of_tag: HashMap<Vec<u8>, Vec<u8>>,
}

impl Tags {
    fn check(&mut self, tag: &[u8], content: &[u8]) {
        let content_before = self.of_tag.entry(tag.to_vec()).or_insert(content.to_vec());
        let name = String::from_utf8_lossy(tag);
        assert!(
            content_before == content,
            "{name} is the tag of two contents"
        );
        let tag_before = self
            .of_content
            .entry(content.to_vec())
            .or_insert(tag.to_vec());
        assert!(tag_before == tag, "one content has another tag, {name}");
    }
}

/// The files that this process has open to append to: those that the server writes to, and none that
/// the simulator has opened for itself.
pub fn written() -> BTreeSet<Identity> {
    let mut files = BTreeSet::new();
    for entry in fs::read_dir("/proc/self/fdinfo").unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        // The descriptor of this listing itself is closed by the time it is looked at, and another
        // thread may have closed others.
        let (Ok(info), Ok(file)) = (
            fs::read_to_string(entry.path()),
            fs::metadata(format!("/proc/self/fd/{name}")),
        ) else {
            continue;
        };
        let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
        let flags = flags.and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok());
        if flags.is_some_and(|flags| flags & APPEND != 0) {
            files.insert((file.dev(), file.ino()));
        }
    }
    files
}

/// `O_APPEND`, which Linux gives the same value on every processor.
const APPEND: u32 = 0o2000;

pub fn identity(path: &Path) -> Option<Identity> {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

/// Asks for each name in the root. A file that the server writes to is served by no name, and neither
/// is a log; every other file is, with its content and the tag of that content.
pub fn check(
    root: &Path,
    documents: &mut DocumentRoot,
    tags: &mut Tags,
    (monotonic, wall): (Duration, SystemTime),
) {
    let written = written();
    let header = millpond::log::csv_row::header();
    documents.begin_turn(monotonic, wall);
    let names = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    for name in names.map(|name| name.into_string().unwrap()) {
        let path = root.join(&name);
        let Some(identity) = identity(&path) else {
            // A link whose file is gone.
            assert!(
                matches!(documents.find(name.as_bytes()), Err(LookupError::NotFound)),
                "{name}"
            );
            continue;
        };
        let content = fs::read(&path).unwrap();
        let is_log = content.starts_with(&header);
        match documents.find(name.as_bytes()) {
            Ok(resource) => {
                assert!(
                    !written.contains(&identity),
                    "a file of the server's own is served as {name}"
                );
                assert!(!is_log, "a log is served as {name}");
                assert!(whole(&resource) == content, "the content of {name}");
                tags.check(resource.tag(), &content);
            }
            Err(error) => {
                assert!(matches!(error, LookupError::NotFound), "{name}: {error:?}");
                let is_private = written.contains(&identity) || is_log;
                assert!(
                    is_private,
                    "{name} is not served, and the server does not write to it"
                );
            }
        }
    }
    documents.end_turn();
}

fn whole(resource: &Resource<File>) -> Vec<u8> {
    match &resource.content {
        Content::Bytes(bytes) => bytes.to_vec(),
        Content::File(file) => {
            let mut content = vec![0; usize::try_from(resource.length).unwrap()];
            file.read_exact_at(&mut content, 0).unwrap();
            content
        }
    }
}
