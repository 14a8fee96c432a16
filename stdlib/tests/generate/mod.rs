//! The generator of the packed Kubernetes types: published descriptions in, one table of bytes out.
//!
//! It keeps names, types, required flags and enumerations, and leaves every description behind. What the published
//! documents do not say, or say more laxly or more strictly than the API server, is in the tables of `curated`,
//! `enumerations`, `written` and `files`.

pub(crate) mod curated;
pub(crate) mod enumerations;
pub(crate) mod files;
pub(crate) mod model;
pub(crate) mod names;
pub(crate) mod openapi;
pub(crate) mod pack;
pub(crate) mod written;

use model::Model;
use serde_json::Value;

/// The packed table of a release, from its definitions (`swagger.json`) and those of earlier releases, whose fields
/// are kept: a cluster of an earlier release still knows them.
pub(crate) fn generate(definitions: &Value, earlier: &[Value]) -> (Model, Vec<u8>) {
    let mut model = openapi::read(definitions, earlier);
    written::add(&mut model);
    curated::apply(&mut model);
    enumerations::apply(&mut model);
    model.prune();
    openapi::check_embedded(&model);
    let names = names::assign(&model);
    let bytes = pack::pack(&model, &names);
    (model, bytes)
}
