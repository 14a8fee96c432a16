//! An authorizer in the manner of Cedar: may this principal do this action to this resource? Groups contain
//! groups; the closure is computed once for each snapshot of the data, and shared by all decisions.
//!
//! `cargo run -p wardlaw --example authorizer`
#![expect(clippy::print_stdout, reason = "a program")]

use serde::Serialize;
use serde_json::json;
use wardlaw::{BuildError, Engine, InputError};

const POLICY: &str = r#"
package photos
default deny

/// Who is in which group, and which group in which.
data members: [{ member: string, group: string }]
data albums: {[string]: { owner: string, viewers: string? }}

input access: { principal: string, action: "view" | "edit" | "delete", album: string, mfa: bool }

relation within(who: string, group: string) {
    for m in members  yield (m.member, m.group)
}
relation within(who: string, group: string) {
    for (who, group) in within, m in members when m.member == group  yield (who, m.group)
}

let album = albums[access.album]

rule owner {
    given a = album
    when a.owner == access.principal
    allow
}

rule viewer {
    given a = album
    given viewers = a.viewers
    when access.action == "view" and (access.principal, viewers) in within
    allow
}

/// What is deleted is gone: it takes a second factor, whoever asks.
rule second_factor {
    when access.action == "delete" and not access.mfa
    deny "deleting takes a second factor"
}
"#;

#[derive(Clone, Copy, Serialize)]
struct Access<'a> {
    principal: &'a str,
    action: &'a str,
    album: &'a str,
    mfa: bool,
}

/// Answers questions of access.
struct Authorizer {
    engine: Engine,
}

impl Authorizer {
    fn new() -> Result<Self, BuildError> {
        let engine = Engine::builder()
            .source("photos.ward", POLICY)
            .data(
                "photos.members",
                json!([
                    { "member": "ann", "group": "family" },
                    { "member": "family", "group": "friends" },
                    { "member": "bob", "group": "friends" },
                ]),
            )
            .data(
                "photos.albums",
                json!({ "holiday": { "owner": "eve", "viewers": "friends" } }),
            )
            .build()?;
        Ok(Self { engine })
    }

    /// Whether it is allowed, and by or because of which rules.
    fn ask(&self, access: Access<'_>) -> Result<(bool, Vec<String>), InputError> {
        let decision = self.engine.decide_serialize(&access)?;
        let rules = decision.findings.iter().map(|finding| finding.rule.to_string());
        Ok((decision.allowed, rules.collect()))
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let authorizer = Authorizer::new()?;
    for (principal, action) in [
        ("eve", "edit"),
        ("ann", "view"),
        ("ann", "edit"),
        ("eve", "delete"),
    ] {
        let (allowed, rules) = authorizer.ask(Access {
            principal,
            action,
            album: "holiday",
            mfa: false,
        })?;
        println!("{principal} {action}: {allowed} {rules:?}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn access_follows_owners_groups_and_the_second_factor() {
        let authorizer = Authorizer::new().unwrap();
        let ask = |principal, action, album, mfa| {
            let access = Access {
                principal,
                action,
                album,
                mfa,
            };
            let (allowed, rules) = authorizer.ask(access).unwrap();
            (allowed, rules.join(" "))
        };
        let is = |allowed, rules: &str| (allowed, rules.to_string());
        assert_eq!(ask("eve", "edit", "holiday", false), is(true, "photos.owner"));
        assert_eq!(ask("bob", "view", "holiday", false), is(true, "photos.viewer"));
        // Through a group in a group.
        assert_eq!(ask("ann", "view", "holiday", false), is(true, "photos.viewer"));
        assert_eq!(ask("ann", "edit", "holiday", false), is(false, "photos.default"));
        assert_eq!(ask("eve", "view", "nowhere", false), is(false, "photos.default"));
        assert_eq!(
            ask("eve", "delete", "holiday", false),
            is(false, "photos.owner photos.second_factor")
        );
        assert_eq!(ask("eve", "delete", "holiday", true), is(true, "photos.owner"));
        // What is no action of the policy is an error, which denies.
        let (allowed, _) = ask("eve", "share", "holiday", true);
        assert!(!allowed);
    }
}
