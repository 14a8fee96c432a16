//! tinytodo: lists with an owner, a team that may read and one that may edit; teams in teams.

use super::{App, Attribute, Entity, id, some};
use crate::random::Random;

pub(super) fn app(per_type: usize, random: &mut Random) -> App {
    let application = || id("Application", "TinyTodo");
    let mut entities = vec![Entity::new("Application", "TinyTodo", Vec::new())];
    for user in 0..per_type {
        let mut parents = some("Team", per_type, random);
        parents.push(application());
        entities.push(Entity::new("User", user, parents));
    }
    for team in 0..per_type {
        // Only in teams before it: no circles.
        let mut parents = some("Team", team, random);
        parents.push(application());
        entities.push(Entity::new("Team", team, parents));
    }
    for list in 0..per_type {
        let mut one = |kind| Attribute::Reference(id(kind, random.below(per_type)));
        let (owner, readers, editors) = (one("User"), one("Team"), one("Team"));
        let entity = Entity::new("List", list, vec![application()]);
        entities.push(
            entity
                .with("owner", owner)
                .with("readers", readers)
                .with("editors", editors),
        );
    }
    let policies = [
        include_str!("../../../policies/tinytodo.cedar"),
        include_str!("../../../policies/tinytodo.cedarschema"),
        include_str!("../../../policies/tinytodo.rego"),
        include_str!("../../../policies/tinytodo.ward"),
    ];
    App::new("tinytodo", entities, policies).asking(
        &[
            ("CreateList", "Application"),
            ("GetLists", "Application"),
            ("GetList", "List"),
            ("UpdateList", "List"),
            ("DeleteList", "List"),
            ("CreateTask", "List"),
            ("UpdateTask", "List"),
            ("DeleteTask", "List"),
            ("EditShares", "List"),
        ],
        random,
    )
}
