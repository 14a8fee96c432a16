//! `ward fmt`: what is written, what is told, what is left as it is.
#![expect(clippy::expect_used, reason = "a test's helpers fail as the test does")]

mod support;

use std::fs;

use support::Folder;

const UGLY: &str = "package a\nlet x=1   // one\nrule r{\nwhen y deny \"no\" }\n";
const FORMATTED: &str = "\
package a

let x = 1 // one

rule r {
    when y
    deny \"no\"
}
";
const BROKEN: &str = "package a\nlet x = = 1\n";

#[test]
fn files_and_folders_are_written_in_the_format() {
    let folder = Folder::with(&[
        ("p/a.ward", UGLY),
        ("p/deep/b.ward", FORMATTED),
        ("p/notes.txt", UGLY),
        ("p/.hidden/c.ward", UGLY),
    ]);
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let run = folder
        .ward(&["fmt", "p"])
        .ends(0)
        .says("2 files: 1 formatted, 1 unchanged");
    assert_eq!(run.out, "");
    assert_eq!(read("p/a.ward"), FORMATTED);
    assert_eq!(read("p/notes.txt"), UGLY);
    assert_eq!(read("p/.hidden/c.ward"), UGLY);
    let names: Vec<_> = fs::read_dir(folder.path().join("p")).unwrap().collect();
    assert_eq!(names.len(), 4, "nothing else is left there");
    let again = folder.ward(&["fmt", "-q", "p", "p/a.ward"]).ends(0);
    assert_eq!(again.err, "");
}

#[test]
fn a_file_that_has_the_format_is_not_written() {
    let folder = Folder::with(&[("a.ward", FORMATTED)]);
    let path = folder.path().join("a.ward");
    let before = fs::metadata(&path).unwrap().modified().unwrap();
    folder.ward(&["fmt"]).ends(0).says("1 file: 1 unchanged");
    assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), before);
}

#[test]
fn check_names_the_files_and_shows_what_would_change() {
    let folder = Folder::with(&[("p/a.ward", UGLY), ("p/b.ward", FORMATTED)]);
    let run = folder
        .ward(&["fmt", "--check", "p"])
        .ends(1)
        .shows("p/a.ward\n  --> p/a.ward:2\n    -let x=1   // one\n")
        .shows("    +let x = 1 // one\n")
        .says("2 files: 1 not formatted, 1 unchanged");
    assert!(!run.out.contains("b.ward"));
    assert_eq!(fs::read_to_string(folder.path().join("p/a.ward")).unwrap(), UGLY);
    folder.ward(&["fmt", "--check", "p/b.ward"]).ends(0);
}

#[test]
fn standard_input_goes_to_standard_output() {
    let folder = Folder::new();
    let run = folder.ward_with(&["fmt", "-"], UGLY).ends(0);
    assert_eq!((run.out.as_str(), run.err.as_str()), (FORMATTED, ""));
    let run = folder.ward_with(&["fmt", "-"], FORMATTED).ends(0);
    assert_eq!(run.out, FORMATTED);
    folder
        .ward_with(&["fmt", "--check", "-"], UGLY)
        .ends(1)
        .shows("<stdin>\n");
    let run = folder
        .ward_with(&["fmt", "-"], BROKEN)
        .ends(2)
        .says("--> <stdin>:2:9");
    assert_eq!(run.out, "");
    folder
        .ward_with(&["fmt", "-"], b"package \xff")
        .ends(2)
        .says("cannot read standard input: it is not UTF-8");
}

#[test]
fn a_file_with_a_mistake_is_left_and_the_others_are_formatted() {
    let folder = Folder::with(&[("p/a.ward", BROKEN), ("p/b.ward", UGLY)]);
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    folder
        .ward(&["fmt", "p"])
        .ends(2)
        .says("--> p/a.ward:2:9")
        .says("`p/a.ward` is left as it is: 1 error")
        .says("2 files: 1 formatted, 1 failed");
    assert_eq!(read("p/a.ward"), BROKEN);
    assert_eq!(read("p/b.ward"), FORMATTED);
    folder.ward(&["fmt", "--check", "p"]).ends(2);
}

#[test]
fn mistakes_of_usage_are_status_2() {
    let folder = Folder::with(&[
        ("notes.txt", ""),
        ("empty/notes.txt", ""),
        ("bad.ward", "package a\n"),
    ]);
    folder.write("latin.ward", b"package a // caf\xe9\n");
    folder
        .ward(&["fmt", "notes.txt"])
        .ends(2)
        .says("not a policy file");
    folder
        .ward(&["fmt", "empty"])
        .ends(2)
        .says("no policy in `empty`");
    folder
        .ward(&["fmt", "none"])
        .ends(2)
        .says("no such file or folder");
    folder.ward(&["fmt", "https://example.com/a.ward"]).ends(2);
    folder
        .ward(&["fmt", "latin.ward", "bad.ward"])
        .ends(2)
        .says("cannot read `latin.ward`: it is not UTF-8")
        .says("2 files: 1 failed, 1 unchanged");
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let folder = Folder::with(&[("real/a.ward", UGLY)]);
    let real = folder.path().join("real/a.ward");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    let link = folder.path().join("link.ward");
    symlink("real/a.ward", &link).unwrap();
    folder.ward(&["fmt", "link.ward"]).ends(0);
    assert!(fs::symlink_metadata(&link).unwrap().file_type().is_symlink());
    assert_eq!(fs::read_to_string(&real).unwrap(), FORMATTED);
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    fs::write(&real, UGLY).unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o440)).unwrap();
    folder
        .ward(&["fmt", "link.ward"])
        .ends(2)
        .says("cannot write `link.ward`: permission denied");
    assert_eq!(fs::read_to_string(&real).unwrap(), UGLY);
}
