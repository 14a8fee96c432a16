//! Text of policies and data to an engine that is ready: what `check` measures, and planning, data,
//! relations and indexes.
#![expect(clippy::unwrap_used, reason = "a benchmark")]

use criterion::{Criterion, criterion_group, criterion_main};
use wardlaw_benches::{
    ward::{self, Authorizer, Pods},
    workload::{apps::app, bindings::cluster, rules},
};

fn plan(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("plan");
    group.sample_size(20);
    group.bench_function("18 checks", |bencher| bencher.iter(|| Pods::checks().unwrap()));
    group.bench_function("pss-restricted", |bencher| {
        bencher.iter(|| Pods::library("pss-restricted").unwrap());
    });
    let text = rules::ward(1_000);
    group.bench_function("1000 rules", |bencher| {
        bencher.iter(|| ward::rules(&text).unwrap());
    });
    let cluster = cluster(1_000);
    group.bench_function("1000 bindings", |bencher| {
        bencher.iter(|| ward::bindings(&cluster).unwrap());
    });
    let app = app("github", 20).unwrap();
    group.bench_function("github, 20 of each", |bencher| {
        bencher.iter(|| Authorizer::new(&app).unwrap());
    });
    group.finish();
}

criterion_group!(benches, plan);
criterion_main!(benches);
