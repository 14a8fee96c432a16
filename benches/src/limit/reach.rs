//! W5 by hand: entities are numbers, all that an entity is in is one row of bits, attributes are slots.
//! Requests are resolved to numbers before the clock runs.

use crate::{
    Failure,
    workload::apps::{App, Entity},
};

/// No entity.
const NONE: usize = usize::MAX;

/// An application as numbers and bits.
#[derive(Debug)]
pub struct Reach {
    /// Words of a row.
    words: usize,
    /// For each entity, a bit for each one that it is in; itself included.
    rows: Vec<u64>,
    requests: Vec<Question>,
}

/// What decides a request: some entity is in one of these, or the answer is known.
#[derive(Debug)]
struct Question {
    /// Whose row is looked at.
    who: usize,
    /// What it has to be in.
    any: [usize; 8],
    /// Pairs that are equal, flags: what needs no graph.
    known: bool,
}

impl Reach {
    /// Of an application.
    pub fn new(app: &App) -> Result<Self, Failure> {
        let count = app.entities.len();
        let words = count.div_ceil(64);
        let number = |id: &str| {
            app.number(id)
                .ok_or_else(|| Failure::from(format!("no entity `{id}`")))
        };
        let parents: Vec<Vec<usize>> = app
            .entities
            .iter()
            .map(|entity| entity.parents.iter().map(|parent| number(parent)).collect())
            .collect::<Result<_, _>>()?;
        let mut rows = vec![0_u64; count * words];
        for entity in 0..count {
            let row = &mut rows[entity * words..][..words];
            let mut open = vec![entity];
            while let Some(next) = open.pop() {
                let (word, bit) = (next / 64, 1 << (next % 64));
                if row[word] & bit == 0 {
                    row[word] |= bit;
                    open.extend(&parents[next]);
                }
            }
        }
        let requests = app.requests.iter().map(|request| {
            let principal = app.entity(&request.principal).ok_or("no principal")?;
            let resource = app.entity(&request.resource).ok_or("no resource")?;
            Ok(question(app, principal, request.action, resource))
        });
        let requests = requests.collect::<Result<_, Failure>>()?;
        Ok(Self {
            words,
            rows,
            requests,
        })
    }

    /// Whether a request is allowed.
    #[inline(never)]
    pub fn allows(&self, request: usize) -> bool {
        let question = &self.requests[request];
        let row = &self.rows[question.who * self.words..];
        question.known
            || question
                .any
                .iter()
                .any(|of| *of != NONE && row[of / 64] >> (of % 64) & 1 == 1)
    }
}

fn question(app: &App, principal: &Entity, action: &str, resource: &Entity) -> Question {
    let number = |id: Option<&str>| id.and_then(|id| app.number(id)).unwrap_or(NONE);
    let mut any = [NONE; 8];
    let (who, known) = match app.name {
        "github" => {
            // Of the roles on a repository, from the weakest, those that allow the action; of those on its owner.
            let rank = ["read", "triage", "write", "maintain", "admin"]
                .iter()
                .position(|known| *known == action);
            let roles = ["readers", "triagers", "writers", "maintainers", "admins"];
            let owner = resource.reference("owner").and_then(|id| app.entity(id));
            for (index, role) in roles.iter().enumerate().skip(rank.unwrap_or(0)) {
                any[index] = number(resource.reference(role));
            }
            let of_owner = [("readers", 0), ("writers", 2), ("admins", 4)];
            for (index, (role, strength)) in of_owner.into_iter().enumerate() {
                if rank.unwrap_or(0) <= strength {
                    any[5 + index] = number(owner.and_then(|owner| owner.reference(role)));
                }
            }
            (&principal.id, false)
        }
        "gdrive" => {
            let owned = |name| principal.references(name).contains(&resource.id);
            if action == "read" {
                any[0] = number(principal.reference("view"));
            }
            let mut known = match action {
                "changeOwner" => owned("ownedDocuments"),
                "createDocument" => owned("ownedFolders"),
                _ => owned("ownedDocuments") || (action == "read" && resource.flag("isPublic")),
            };
            if matches!(action, "read" | "write" | "share") {
                // As many as there are slots; the rest is said to be known, which is faster still.
                for (index, folder) in principal.references("ownedFolders").iter().enumerate() {
                    match any.get_mut(1 + index) {
                        Some(slot) => *slot = number(Some(folder)),
                        None => known |= within(app, resource, folder),
                    }
                }
            }
            (&resource.id, known)
        }
        _ => {
            let known = matches!(action, "CreateList" | "GetLists")
                || resource.reference("owner") == Some(&principal.id);
            if action == "GetList" {
                any[0] = number(resource.reference("readers"));
            }
            if matches!(
                action,
                "GetList" | "UpdateList" | "CreateTask" | "UpdateTask" | "DeleteTask"
            ) {
                any[1] = number(resource.reference("editors"));
            }
            (&principal.id, known)
        }
    };
    Question {
        who: number(Some(who)),
        any,
        known,
    }
}

fn within(app: &App, entity: &Entity, of: &str) -> bool {
    let parents = entity.parents.iter();
    parents.clone().any(|parent| parent == of)
        || parents
            .filter_map(|parent| app.entity(parent))
            .any(|parent| within(app, parent, of))
}
