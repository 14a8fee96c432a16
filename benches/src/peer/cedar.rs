//! Cedar: W2 in its two spellings, and W5, which its paper is about. It has no iteration over records,
//! so it can say neither W1 nor W4.

use std::{collections::BTreeSet, str::FromStr};

use cedar_policy::{
    Authorizer as Engine, Context, Decision, Entities, EntityId, EntityUid, PolicySet, Request, Schema,
};
use serde_json::{Value, json};

use super::{Ask, Peer, loaded};
use crate::{
    Failure,
    workload::{apps::App, rules as many},
};

/// It is linear: more take too long.
const LINEAR: usize = 10_000;

fn uid(kind: &str, id: &str) -> Result<EntityUid, Failure> {
    Ok(EntityUid::from_type_name_and_id(kind.parse()?, EntityId::new(id)))
}

/// `User::"ann"` as an id.
fn parsed(id: &str) -> Result<EntityUid, Failure> {
    Ok(id.parse()?)
}

/// One request to a set of policies.
struct Rules {
    engine: Engine,
    policies: PolicySet,
    entities: Entities,
    request: Request,
}

impl Ask for Rules {
    fn answer(&mut self) -> Result<BTreeSet<String>, Failure> {
        let response = self
            .engine
            .is_authorized(&self.request, &self.policies, &self.entities);
        let named = response.diagnostics().reason().filter_map(|id| {
            let name = self.policies.policy(id)?.annotation("id")?.to_owned();
            Some(name.trim_start_matches('p').to_owned())
        });
        Ok(named.collect())
    }

    fn run(&mut self) -> bool {
        let response = self
            .engine
            .is_authorized(&self.request, &self.policies, &self.entities);
        response.decision() == Decision::Deny
    }
}

/// W2.
pub(super) fn rules(rules: usize, object: &Value) -> Result<Vec<Peer>, Failure> {
    if rules > LINEAR {
        return Ok(Vec::new());
    }
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    let (kind, metadata) = (text(&object["kind"]), &object["metadata"]);
    let (namespace, app) = (text(&metadata["namespace"]), text(&metadata["labels"]["app"]));
    let replicas = &object["spec"]["replicas"];
    let entities = json!([
        {
            "uid": { "type": kind, "id": "x" },
            "attrs": { "app": app, "replicas": replicas },
            "parents": [{ "type": "Namespace", "id": namespace }],
        },
        { "uid": { "type": "Namespace", "id": namespace }, "attrs": {}, "parents": [] },
    ]);
    let context = json!({ "kind": kind, "namespace": namespace, "app": app, "replicas": replicas });
    let load = |policies: String| -> Result<Rules, Failure> {
        Ok(Rules {
            engine: Engine::new(),
            policies: PolicySet::from_str(&policies)?,
            entities: Entities::from_json_value(entities.clone(), None)?,
            request: Request::new(
                uid("User", "u")?,
                uid("Action", "create")?,
                uid(&kind, "x")?,
                Context::from_json_value(context.clone(), None)?,
                None,
            )?,
        })
    };
    Ok(vec![
        loaded("cedar", || load(many::cedar(rules)))?,
        loaded("cedar, scopes", || load(many::cedar_scope(rules)))?,
    ])
}

/// W5.
pub(super) struct Authorizer {
    engine: Engine,
    policies: PolicySet,
    entities: Entities,
    requests: Vec<Request>,
}

impl Authorizer {
    pub(super) fn new(app: &App) -> Result<Self, Failure> {
        let (schema, _) = Schema::from_cedarschema_str(app.cedar_schema)?;
        let requests: Result<Vec<Request>, Failure> = app
            .requests
            .iter()
            .map(|request| {
                Ok(Request::new(
                    parsed(&request.principal)?,
                    uid("Action", request.action)?,
                    parsed(&request.resource)?,
                    Context::empty(),
                    Some(&schema),
                )?)
            })
            .collect();
        Ok(Self {
            engine: Engine::new(),
            policies: PolicySet::from_str(app.cedar)?,
            entities: Entities::from_json_value(app.cedar_entities(), Some(&schema))?,
            requests: requests?,
        })
    }
}

impl super::Authorizer for Authorizer {
    fn name(&self) -> &'static str {
        "cedar"
    }

    fn allows(&mut self, request: usize) -> bool {
        let response = self
            .engine
            .is_authorized(&self.requests[request], &self.policies, &self.entities);
        response.decision() == Decision::Allow
    }
}
