//! github: repositories, each owned by an organization; roles on both, given to users, to teams, and to
//! organizations; teams in teams.

use super::{App, Attribute, CONNECTED, Entity, id, some};
use crate::random::Random;

const ROLES: [&str; 5] = ["readers", "triagers", "writers", "maintainers", "admins"];
const OWNER_ROLES: [&str; 3] = ["readers", "writers", "admins"];

pub(super) fn app(per_type: usize, random: &mut Random) -> App {
    let mut entities = Vec::new();
    for organization in 0..per_type {
        let mut entity = Entity::new("Organization", organization, organization_roles(per_type, random));
        for role in OWNER_ROLES {
            let name = format!("{organization}_{role}");
            entity = entity.with(role, Attribute::Reference(id("OrgPermission", &name)));
            entities.push(Entity::new("OrgPermission", &name, Vec::new()));
        }
        entities.push(entity);
    }
    for repository in 0..per_type {
        let owner = id("Organization", random.below(per_type));
        let mut entity =
            Entity::new("Repository", repository, Vec::new()).with("owner", Attribute::Reference(owner));
        for role in ROLES {
            let name = format!("{repository}_{role}");
            entity = entity.with(role, Attribute::Reference(id("RepoPermission", &name)));
            entities.push(Entity::new("RepoPermission", &name, Vec::new()));
        }
        entities.push(entity);
    }
    for team in 0..per_type {
        // Only in teams before it: no circles.
        let mut parents = some("Team", team, random);
        parents.extend(repository_roles(per_type, random));
        entities.push(Entity::new("Team", team, parents));
    }
    for user in 0..per_type {
        let mut parents = repository_roles(per_type, random);
        parents.extend(some("Team", per_type, random));
        parents.extend(some("Organization", per_type, random));
        parents.extend(organization_roles(per_type, random));
        entities.push(Entity::new("User", user, parents));
    }
    let policies = [
        include_str!("../../../policies/github.cedar"),
        include_str!("../../../policies/github.cedarschema"),
        include_str!("../../../policies/github.rego"),
        include_str!("../../../policies/github.ward"),
    ];
    let actions = ["read", "triage", "write", "maintain", "admin"].map(|action| (action, "Repository"));
    App::new("github", entities, policies).asking(&actions, random)
}

fn repository_roles(per_type: usize, random: &mut Random) -> Vec<String> {
    let given: Vec<usize> = (0..per_type).filter(|_| random.chance(CONNECTED)).collect();
    let role = |index| id("RepoPermission", format_args!("{index}_{}", random.pick(&ROLES)));
    given.into_iter().map(role).collect()
}

fn organization_roles(per_type: usize, random: &mut Random) -> Vec<String> {
    let given: Vec<usize> = (0..per_type).filter(|_| random.chance(CONNECTED)).collect();
    let role = |index| {
        id(
            "OrgPermission",
            format_args!("{index}_{}", random.pick(&OWNER_ROLES)),
        )
    };
    given.into_iter().map(role).collect()
}
