//! gdrive: documents in folders, owned, public, or shared with users and groups. What is shared with
//! someone is a member of their view; a group's view is a member of the views of its users.
//!
//! The paper's generator names views otherwise where it shares than where it makes them, so that
//! nothing is shared there; here it is.

use super::{App, Attribute, Entity, id, some};
use crate::random::Random;

pub(super) fn app(per_type: usize, random: &mut Random) -> App {
    let mut entities = Vec::new();
    let mut members = vec![Vec::new(); per_type];
    for user in 0..per_type {
        let groups: Vec<usize> = (0..per_type)
            .filter(|_| random.chance(super::CONNECTED))
            .collect();
        for group in &groups {
            members[*group].push(id("View", format_args!("user_{user}")));
        }
        let parents = groups.into_iter().map(|group| id("Group", group)).collect();
        let entity = Entity::new("User", user, parents)
            .with(
                "view",
                Attribute::Reference(id("View", format_args!("user_{user}"))),
            )
            .with(
                "ownedDocuments",
                Attribute::References(some("Document", per_type, random)),
            )
            .with(
                "ownedFolders",
                Attribute::References(some("Folder", per_type, random)),
            );
        entities.push(entity);
        entities.push(Entity::new("View", format_args!("user_{user}"), Vec::new()));
    }
    for (group, views) in members.into_iter().enumerate() {
        entities.push(Entity::new("Group", group, Vec::new()));
        entities.push(Entity::new("View", format_args!("group_{group}"), views));
    }
    for document in 0..per_type {
        let parents = parents(per_type, per_type, random);
        let public = Attribute::Flag(random.chance(0.5));
        entities.push(Entity::new("Document", document, parents).with("isPublic", public));
    }
    for folder in 0..per_type {
        // Only in folders before it: no circles.
        let parents = parents(folder, per_type, random);
        entities.push(Entity::new("Folder", folder, parents));
    }
    let policies = [
        include_str!("../../../policies/gdrive.cedar"),
        include_str!("../../../policies/gdrive.cedarschema"),
        include_str!("../../../policies/gdrive.rego"),
        include_str!("../../../policies/gdrive.ward"),
    ];
    App::new("gdrive", entities, policies).asking(
        &[
            ("read", "Document"),
            ("write", "Document"),
            ("share", "Document"),
            ("changeOwner", "Document"),
            ("createDocument", "Folder"),
        ],
        random,
    )
}

/// Folders that something lies in, and views that it is shared with.
fn parents(folders: usize, per_type: usize, random: &mut Random) -> Vec<String> {
    let mut parents = some("Folder", folders, random);
    for view in ["user", "group"] {
        let shared = (0..per_type).filter(|_| random.chance(super::CONNECTED));
        parents.extend(shared.map(|index| id("View", format_args!("{view}_{index}"))));
    }
    parents
}
