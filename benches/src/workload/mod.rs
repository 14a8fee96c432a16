//! The workloads, made of a seed. W1: one pod. W2: many rules. W3: many objects. W4: role bindings.
//! W5: the applications of the Cedar paper. What is given to every column is made here and nowhere else.

pub mod apps;
pub mod bindings;
pub mod manifests;
pub mod pods;
pub mod rules;
