//! What is in a folder.

use serde_json::Value;

use super::*;
use crate::http::target::DotFiles;
use crate::response::listing::place;

/// The most that a turn may spend: its last piece may cost more than what was left.
const SPENT_MAX: usize = 2_048 + 64;

/// More than a turn can read.
const MANY: usize = 5_000;

/// Begins a turn at a time so late that fingerprints are reliable.
fn turn(documents: &mut DocumentRoot) {
    documents.end_turn();
    let later = SystemTime::now() + Duration::from_secs(3600);
    documents.begin_turn(Duration::ZERO, later);
}

fn try_once(documents: &mut DocumentRoot, folder: &str, after: Option<&[u8]>) -> LookupResult {
    turn(documents);
    let result = documents.list(folder.as_bytes(), ListingFormat::Json, after);
    let (spent, jobs, names) = documents.listings.figures();
    assert!(spent <= SPENT_MAX, "{spent}");
    assert!(names <= 1_000 * jobs, "{names} names of {jobs} jobs");
    result
}

/// Asks in turn after turn until there is a result, and for how many turns.
fn ask(
    documents: &mut DocumentRoot,
    folder: &str,
    after: Option<&[u8]>,
) -> (Result<Value, LookupError>, usize) {
    for turns in 1.. {
        match try_once(documents, folder, after) {
            Err(LookupError::NotYet) => assert!(turns < 1_000),
            result => return (result.map(|page| read(&page)), turns),
        }
    }
    unreachable!()
}

fn read(page: &Resource<File>) -> Value {
    serde_json::from_slice(page.bytes()).unwrap()
}

fn names(page: &Value) -> Vec<String> {
    let entries = page["entries"].as_array().unwrap().iter();
    entries
        .map(|entry| {
            let slash = if entry["type"] == "folder" { "/" } else { "" };
            format!("{}{slash}", entry["name"].as_str().unwrap())
        })
        .collect()
}

fn listed(documents: &mut DocumentRoot, folder: &str) -> Vec<String> {
    names(&ask(documents, folder, None).0.unwrap())
}

/// A folder with so many files and a tenth as many folders.
fn fill(folder: &Path, files: usize) {
    fs::create_dir_all(folder).unwrap();
    for number in 0..files {
        File::create(folder.join(format!("{number:06}"))).unwrap();
        if number % 10 == 0 {
            fs::create_dir(folder.join(format!("d{number:06}"))).unwrap();
        }
    }
}

/// `MILLPOND_NAMES=100000` tries it with more files.
#[test]
fn the_pages_of_a_large_folder_show_each_name_once_and_in_order() {
    let files = std::env::var("MILLPOND_NAMES").map_or(8_000, |text| text.parse().unwrap());
    let tree = Tree::new();
    fill(&tree.path("root/large"), files);
    let mut documents = tree.documents();
    let mut shown = Vec::new();
    let (mut pages, mut after) = (0, None::<Vec<u8>>);
    loop {
        let (page, turns) = ask(&mut documents, "large", after.as_deref());
        let page = page.unwrap();
        assert!(turns > files / 2_048, "{turns}");
        pages += 1;
        shown.extend(names(&page));
        match page["next"].as_str() {
            Some(next) => after = place::after(next),
            None => break,
        }
    }
    let mut expected: Vec<_> = (0..files).map(|number| format!("{number:06}")).collect();
    let folders = (0..files)
        .step_by(10)
        .map(|number| format!("d{number:06}/"));
    expected.splice(0..0, folders);
    assert_eq!(pages, expected.len().div_ceil(1_000));
    assert!(shown == expected, "{} of {}", shown.len(), expected.len());
}

#[test]
fn only_files_and_folders_beneath_the_root_are_shown() {
    let tree = Tree::new();
    let root = tree.path("root");
    symlink("a", root.join("link")).unwrap();
    symlink("sub", root.join("link-sub")).unwrap();
    symlink(root.join("sub"), root.join("absolute-in")).unwrap();
    symlink("../secret", root.join("out")).unwrap();
    symlink("..", root.join("up")).unwrap();
    symlink("/etc", root.join("etc")).unwrap();
    symlink("loop", root.join("loop")).unwrap();
    symlink("nowhere", root.join("dangling")).unwrap();
    make_fifo(&root.join("fifo"));
    let _socket = UnixListener::bind(root.join("socket")).unwrap();
    fs::create_dir(root.join(".well-known")).unwrap();
    fs::create_dir(root.join(".git")).unwrap();
    fs::write(root.join(".env"), "secret").unwrap();
    fs::write(root.join("a.gz"), "").unwrap();
    for log in ["Log.csv", "Log.csv.1", "Log.2026-11-25T11-02-57Z.csv"] {
        fs::write(root.join(log), "").unwrap();
    }
    let log = Path::new("Log.csv");
    let mut documents = tree.documents().with_listings(DotFiles::Hidden, log);
    let expected = [
        ".well-known/",
        "absolute-in/",
        "link-sub/",
        "sub/",
        "a",
        "a.gz",
        "link",
    ];
    assert_eq!(listed(&mut documents, ""), expected);
    assert_eq!(ask(&mut documents, "", None).1, 1, "it takes one turn");
    assert!(listed(&mut documents, "sub").is_empty());
    // A trace, under any name.
    documents.never_serve([FileIdentity::from(&fs::metadata(root.join("a")).unwrap())]);
    assert_eq!(
        listed(&mut documents, ""),
        expected[..4]
            .iter()
            .chain(&["a.gz"])
            .copied()
            .collect::<Vec<_>>()
    );
    let mut documents = tree.documents().with_listings(DotFiles::Served, log);
    let all = listed(&mut documents, "");
    assert_eq!(all[..2], [".git/", ".well-known/"]);
    assert!(all.contains(&".env".to_owned()));

    for absent in ["a", "nowhere", "up", "etc", "fifo", "sub/x"] {
        let result = ask(&mut documents, absent, None).0;
        assert_eq!(result, Err(LookupError::NotFound), "{absent}");
    }
    for folder in ["link-sub", "absolute-in"] {
        assert!(listed(&mut documents, folder).is_empty());
    }
    let malformed = ask(&mut documents, "", Some(b"x/a")).0;
    assert_eq!(malformed, Err(LookupError::NotFound));
}

#[test]
fn a_change_while_a_job_is_at_it_is_shown() {
    let tree = Tree::new();
    let folder = tree.path("root/large");
    fill(&folder, MANY);
    let mut documents = tree.documents();
    assert_eq!(
        try_once(&mut documents, "large", None).err(),
        Some(LookupError::NotYet)
    );
    assert_eq!(
        try_once(&mut documents, "large", None).err(),
        Some(LookupError::NotYet)
    );
    fs::create_dir(folder.join("a-new-folder")).unwrap();
    fs::remove_dir(folder.join("d000000")).unwrap();
    let shown = listed(&mut documents, "large");
    assert_eq!(shown[..2], ["a-new-folder/", "d000010/"]);
}

#[test]
fn a_folder_that_is_replaced_while_a_job_is_at_it_is_not_shown() {
    let tree = Tree::new();
    let folder = tree.path("root/large");
    for replace in [true, false] {
        fill(&folder, MANY);
        let mut documents = tree.documents();
        assert!(try_once(&mut documents, "large", None).is_err());
        fs::rename(&folder, tree.path("moved")).unwrap();
        if replace {
            symlink("../moved", &folder).unwrap();
        }
        let result = ask(&mut documents, "large", None).0;
        assert_eq!(result, Err(LookupError::NotFound));
        assert_eq!(documents.listings.figures().1, 0);
        let _ = fs::remove_file(&folder);
        fs::remove_dir_all(tree.path("moved")).unwrap();
    }
}

#[test]
fn a_folder_that_never_rests_is_shown_all_the_same() {
    let tree = Tree::new();
    let folder = tree.path("root/large");
    fill(&folder, MANY);
    let mut documents = tree.documents();
    let quiet = ask(&mut documents, "large", None).1;
    let mut turns = 0;
    loop {
        fs::write(folder.join(format!("x{turns}")), "").unwrap();
        turns += 1;
        match try_once(&mut documents, "large", None) {
            Err(LookupError::NotYet) => assert!(turns <= 5 * quiet, "{turns}"),
            page => break assert_eq!(names(&read(&page.unwrap())).len(), 1_000),
        }
    }
    assert!(turns > 3 * quiet, "{turns}");
}

#[test]
fn a_page_is_used_again_within_its_epoch_only() {
    let tree = Tree::new();
    let mut documents = tree.documents();
    turn(&mut documents);
    let list = |documents: &mut DocumentRoot, format| documents.list(b"", format, None).unwrap();
    let first = list(&mut documents, ListingFormat::Json);
    assert!(Rc::ptr_eq(
        &first,
        &list(&mut documents, ListingFormat::Json)
    ));
    let html = list(&mut documents, ListingFormat::Html);
    assert!(html.bytes().starts_with(b"<!DOCTYPE html>"));
    fs::write(tree.path("root/a"), "longer than the content of a").unwrap();
    documents.revalidate();
    let second = list(&mut documents, ListingFormat::Json);
    assert_eq!(read(&first)["entries"][1]["size"], 12);
    assert_eq!(read(&second)["entries"][1]["size"], 28);
    assert!(documents.uncached_bytes() > 0);
    drop((first, second, html));
    documents.end_turn();
    assert_eq!(documents.uncached_bytes(), 0);
}

#[test]
fn jobs_are_few_and_are_dropped_when_they_are_not_asked_for() {
    let tree = Tree::new();
    for folder in ["1", "2", "3"] {
        fill(&tree.path("root").join(folder), MANY);
    }
    let mut documents = tree.documents();
    for _ in 0..3 {
        turn(&mut documents);
        for folder in ["1", "2", "3"] {
            let result = documents.list(folder.as_bytes(), ListingFormat::Json, None);
            assert_eq!(result.err(), Some(LookupError::NotYet));
        }
        assert!(documents.listings.figures().0 <= SPENT_MAX);
        assert!(documents.listings.figures().1 <= 2);
    }
    assert_eq!(documents.next_timeout(), Some(Duration::from_secs(1)));
    // A small one has to wait while the turn has nothing left to spend, and not longer.
    assert_eq!(ask(&mut documents, "", None).1, 1);
    (0..20).for_each(|_| turn(&mut documents));
    assert_eq!(documents.listings.figures().1, 0);
    assert!(try_once(&mut documents, "1", None).is_err());
    documents.begin_turn(Duration::from_secs(1), SystemTime::now());
    assert_eq!(
        (documents.listings.figures().1, documents.next_timeout()),
        (0, None)
    );
}
