//! Schemas on the command line: which files `import schema` may name, and what is said of those it may not.
#![expect(clippy::expect_used, reason = "a test's helpers fail as the test does")]

mod support;

use support::Folder;

const POLICY: &str = r#"package acme.widgets

import schema "../schemas/widget.json" as Widget

input widget: Widget

rule large { when widget.size > 10  deny "too large" at widget.size }

test "a large widget" {
    with widget = { size: 11 }
    expect deny large at "/size"
}
"#;

const WIDGET: &str = r#"{
  "type": "object",
  "required": ["size"],
  "properties": { "size": { "$ref": "parts/size.yaml#/definitions/Size" } }
}
"#;

const SIZE: &str = "definitions:\n  Size: { type: integer }\n";

fn project() -> Folder {
    Folder::with(&[
        ("project/policies/widgets.ward", POLICY),
        ("project/schemas/widget.json", WIDGET),
        ("project/schemas/parts/size.yaml", SIZE),
        ("large.json", r#"{ "size": 12 }"#),
        ("text.json", r#"{ "size": "12" }"#),
    ])
}

#[test]
fn a_schema_is_found_relative_to_the_policy_and_other_schemas_relative_to_it() {
    let folder = project();
    let eval = |input: &str| folder.ward(&["eval", "-p", "project", "-i", input]).ends(1);
    assert!(eval("large.json").out.contains("too large"));
    assert!(eval("text.json").out.contains("expected `int`, found a string"));
    folder.ward(&["test", "project"]).ends(0);
    folder
        .ward(&["eval", "-p", "./project/", "-i", "large.json"])
        .ends(1);
}

#[test]
fn a_mistake_is_shown_where_it_stands() {
    let folder = project();
    folder.write(
        "project/policies/widgets.ward",
        POLICY.replace("widget.size > 10", "widget.sice > 10"),
    );
    folder
        .ward(&["test", "project"])
        .ends(2)
        .says("project/policies/widgets.ward:7")
        .says("did you mean `size`?");
    let folder = project();
    folder.write(
        "project/schemas/parts/size.yaml",
        "definitions:\n  Size: { type: integr }\n",
    );
    folder
        .ward(&["test", "project"])
        .ends(2)
        .says("project/schemas/parts/size.yaml:2")
        .says("did you mean `integer`?")
        .says("imported here");
}

#[test]
fn no_schema_is_read_beyond_the_project() {
    // The folder that `-p` names is the project; of a file, the folder that it lies in.
    let folder = project();
    folder
        .ward(&["test", "project/policies"])
        .ends(2)
        .says("lies outside of the project");
    folder
        .ward(&["eval", "-p", "project/policies/widgets.ward", "-i", "large.json"])
        .ends(2)
        .says("lies outside of the project");
    for outside in [
        "../../large.json",
        "../../../large.json",
        "/etc/hostname",
        "https://example.com/a.json",
    ] {
        let folder = project();
        folder.write(
            "project/policies/widgets.ward",
            POLICY.replace("../schemas/widget.json", outside),
        );
        folder.ward(&["test", "project"]).ends(2).says("W0316");
        let folder = project();
        folder.write(
            "project/schemas/widget.json",
            WIDGET.replace("parts/size.yaml#/definitions/Size", outside),
        );
        folder
            .ward(&["test", "project"])
            .ends(2)
            .says("W0316")
            .says("project/schemas/widget.json:4");
    }
}

#[test]
#[cfg(unix)]
fn a_link_out_of_the_project_is_not_followed() {
    let folder = project();
    let link = folder.path().join("project/schemas/widget.json");
    std::fs::remove_file(&link).expect("it is there");
    std::os::unix::fs::symlink(folder.path().join("large.json"), &link).expect("a link");
    folder
        .ward(&["test", "project"])
        .ends(2)
        .says("lies outside of the project");
}

#[test]
fn what_cannot_be_read_is_status_2() {
    let folder = project();
    folder.write("project/schemas/widget.json", [0xff, 0xfe, 0x00]);
    folder.ward(&["test", "project"]).ends(2).says("it is not UTF-8");
    folder.write("project/schemas/widget.json", "{");
    folder
        .ward(&["test", "project"])
        .ends(2)
        .says("project/schemas/widget.json:1");
    let folder = Folder::with(&[("p/widgets.ward", &POLICY.replace("../schemas/", ""))]);
    folder.ward(&["test", "p"]).ends(2).says("`p/widget.json`");
}
