//! W5: the three applications of the Cedar paper (OOPSLA 2024), with entities at random: of each type so
//! many, connected with a probability of one in twenty, as in its artefact; and requests, uniform over
//! those that fit the types. An entity's id is its text in Cedar: `User::"user_1"`.

mod gdrive;
mod github;
mod tinytodo;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{Failure, random::Random};

/// How probable it is that two entities are connected.
const CONNECTED: f64 = 0.05;
/// Requests of one application.
const REQUESTS: usize = 200;

/// A user, a document, a role, …
#[derive(Clone, Debug)]
pub struct Entity {
    /// Its id.
    pub id: String,
    /// Its type.
    pub kind: &'static str,
    /// Of what it is a member.
    pub parents: Vec<String>,
    attributes: Vec<(&'static str, Attribute)>,
}

/// What is known of an entity.
#[derive(Clone, Debug)]
pub enum Attribute {
    /// A truth value.
    Flag(bool),
    /// Another entity.
    Reference(String),
    /// Other entities.
    References(Vec<String>),
}

/// Who wants to do what with what.
#[derive(Clone, Debug)]
pub struct Request {
    /// An entity's id.
    pub principal: String,
    /// The action's name.
    pub action: &'static str,
    /// An entity's id.
    pub resource: String,
}

/// An application with entities and requests.
#[derive(Debug)]
pub struct App {
    /// As in the paper.
    pub name: &'static str,
    /// All entities.
    pub entities: Vec<Entity>,
    /// What is asked.
    pub requests: Vec<Request>,
    /// Its policies in Cedar.
    pub cedar: &'static str,
    /// Its schema in Cedar.
    pub cedar_schema: &'static str,
    /// Its policies in Rego.
    pub rego: &'static str,
    /// Its package in Ward.
    pub ward: &'static str,
    index: BTreeMap<String, usize>,
}

/// The applications' names.
pub const APPS: &[&str] = &["tinytodo", "gdrive", "github"];

/// An application with so many entities of each type.
pub fn app(name: &str, per_type: usize) -> Result<App, Failure> {
    let mut random = Random::new(per_type as u64);
    match name {
        "tinytodo" => Ok(tinytodo::app(per_type, &mut random)),
        "gdrive" => Ok(gdrive::app(per_type, &mut random)),
        "github" => Ok(github::app(per_type, &mut random)),
        other => Err(format!("no application is called `{other}`").into()),
    }
}

/// The id of an entity.
fn id(kind: &str, name: impl std::fmt::Display) -> String {
    format!("{kind}::\"{name}\"")
}

/// Of so many entities, the ids of those that chance picks.
fn some(kind: &str, count: usize, random: &mut Random) -> Vec<String> {
    (0..count)
        .filter(|_| random.chance(CONNECTED))
        .map(|index| id(kind, index))
        .collect()
}

impl Entity {
    fn new(kind: &'static str, name: impl std::fmt::Display, parents: Vec<String>) -> Self {
        Self {
            id: id(kind, name),
            kind,
            parents,
            attributes: Vec::new(),
        }
    }

    fn with(mut self, name: &'static str, attribute: Attribute) -> Self {
        self.attributes.push((name, attribute));
        self
    }

    /// The id in an attribute that is another entity.
    pub fn reference(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find_map(|(known, attribute)| match attribute {
                Attribute::Reference(id) if *known == name => Some(id.as_str()),
                _ => None,
            })
    }

    /// The ids in an attribute that is a set of entities.
    pub fn references(&self, name: &str) -> &[String] {
        let found = self
            .attributes
            .iter()
            .find_map(|(known, attribute)| match attribute {
                Attribute::References(ids) if *known == name => Some(ids.as_slice()),
                _ => None,
            });
        found.unwrap_or_default()
    }

    /// An attribute that is a truth value.
    pub fn flag(&self, name: &str) -> bool {
        self.attributes
            .iter()
            .any(|(known, attribute)| *known == name && matches!(attribute, Attribute::Flag(true)))
    }

    /// All attributes, entities by their ids.
    pub fn attributes(&self) -> Value {
        let members = self.attributes.iter().map(|(name, attribute)| {
            let value = match attribute {
                Attribute::Flag(flag) => json!(flag),
                Attribute::Reference(id) => json!(id),
                Attribute::References(ids) => json!(ids),
            };
            ((*name).to_owned(), value)
        });
        members.collect::<serde_json::Map<_, _>>().into()
    }

    /// As Cedar reads it.
    fn cedar(&self) -> Value {
        let members = self.attributes.iter().map(|(name, attribute)| {
            let value = match attribute {
                Attribute::Flag(flag) => json!(flag),
                Attribute::Reference(id) => cedar_id(id),
                Attribute::References(ids) => ids.iter().map(|id| cedar_id(id)).collect(),
            };
            ((*name).to_owned(), value)
        });
        let attributes: serde_json::Map<_, _> = members.collect();
        let parents: Vec<Value> = self.parents.iter().map(|id| cedar_id(id)).collect();
        json!({ "uid": cedar_id(&self.id), "attrs": attributes, "parents": parents })
    }
}

/// `User::"user_1"` as an object.
fn cedar_id(id: &str) -> Value {
    let (kind, name) = id.split_once("::").unwrap_or((id, ""));
    json!({ "type": kind, "id": name.trim_matches('"') })
}

impl App {
    fn new(name: &'static str, entities: Vec<Entity>, policies: [&'static str; 4]) -> Self {
        let index = entities
            .iter()
            .enumerate()
            .map(|(at, entity)| (entity.id.clone(), at))
            .collect();
        let [cedar, cedar_schema, rego, ward] = policies;
        Self {
            name,
            entities,
            requests: Vec::new(),
            cedar,
            cedar_schema,
            rego,
            ward,
            index,
        }
    }

    /// Asks: of users, each action with a resource of its type.
    fn asking(mut self, actions: &[(&'static str, &str)], random: &mut Random) -> Self {
        let of = |kind: &str| -> Vec<&Entity> {
            self.entities
                .iter()
                .filter(|entity| entity.kind == kind)
                .collect()
        };
        let users = of("User");
        let requests = (0..REQUESTS).map(|_| {
            let (action, kind) = *random.pick(actions);
            Request {
                principal: random.pick(&users).id.clone(),
                action,
                resource: random.pick(&of(kind)).id.clone(),
            }
        });
        self.requests = requests.collect();
        self
    }

    /// The entity with that id.
    pub fn entity(&self, id: &str) -> Option<&Entity> {
        self.index.get(id).map(|at| &self.entities[*at])
    }

    /// The number of the entity with that id.
    pub fn number(&self, id: &str) -> Option<usize> {
        self.index.get(id).copied()
    }

    /// All entities as Cedar reads them.
    pub fn cedar_entities(&self) -> Value {
        self.entities.iter().map(Entity::cedar).collect()
    }

    /// All memberships, as Ward's relation has them.
    pub fn edges(&self) -> Value {
        let edges = self.entities.iter().flat_map(|entity| {
            entity
                .parents
                .iter()
                .map(|parent| json!({ "child": entity.id, "parent": parent }))
        });
        edges.collect()
    }

    /// What Rego has of all memberships: the parents of each entity, as `data.graph`.
    pub fn graph(&self) -> Value {
        let graph = self
            .entities
            .iter()
            .map(|entity| (entity.id.clone(), json!(entity.parents)));
        json!({ "graph": graph.collect::<serde_json::Map<_, _>>() })
    }

    /// What Rego is given for each request: the entities that it names, with their attributes.
    pub fn inputs(&self) -> Vec<Value> {
        let attributes = |id: &str| self.entity(id).map_or(Value::Null, Entity::attributes);
        let inputs = self.requests.iter().map(|request| {
            let owner = self
                .entity(&request.resource)
                .and_then(|entity| entity.reference("owner"));
            json!({
                "principal": { "id": request.principal, "attributes": attributes(&request.principal) },
                "action": request.action,
                "resource": { "id": request.resource, "attributes": attributes(&request.resource) },
                "owner": owner.map_or(Value::Null, attributes),
            })
        });
        inputs.collect()
    }

    /// The entities of a type and their attributes, by id.
    pub fn table(&self, kind: &str) -> Value {
        let rows = self.entities.iter().filter(|entity| entity.kind == kind);
        let rows = rows.map(|entity| (entity.id.clone(), entity.attributes()));
        rows.collect::<serde_json::Map<_, _>>().into()
    }
}
