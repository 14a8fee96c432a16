//! Decisions: W1 to W5 on Wardlaw and by hand, and with the feature `peers` on the peers.
#![expect(clippy::unwrap_used, reason = "a benchmark")]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use wardlaw_benches::{
    checks::Column,
    limit::{index::Index, join, reach::Reach, typed::HandTyped, value::HandValue},
    peer,
    ward::{self, Authorizer, Pods},
    workload::{
        apps::{APPS, app},
        bindings::cluster,
        manifests::stream,
        pods::pods,
        rules,
    },
};

fn columns() -> Vec<Box<dyn Column>> {
    let mut columns: Vec<Box<dyn Column>> = vec![
        Box::new(Pods::checks().unwrap()),
        Box::new(Pods::library("pss-restricted").unwrap()),
        Box::new(HandValue),
        Box::new(HandTyped),
    ];
    columns.extend(peer::pods().unwrap());
    columns
}

fn one_pod(criterion: &mut Criterion) {
    for pod in pods() {
        let mut group = criterion.benchmark_group(format!("W1 {} pod", pod.name));
        for mut column in columns() {
            let name = column.name();
            let mut decide = column.parsed(&pod.json);
            group.bench_function(BenchmarkId::new("parsed", name), |bencher| {
                bencher.iter(&mut decide);
            });
            drop(decide);
            group.bench_function(BenchmarkId::new("from JSON", name), |bencher| {
                bencher.iter(|| column.text(&pod.json));
            });
        }
        group.finish();
    }
}

fn many_rules(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("W2 rules");
    for size in [10, 100, 1_000, 10_000] {
        let object = rules::input(size);
        let json = object.to_string();
        let (engine, document) = (ward::rules(&rules::ward(size)).unwrap(), ward::document(&json));
        group.bench_function(BenchmarkId::new("wardlaw", size), |bencher| {
            bencher.iter(|| ward::denied(&engine, &document));
        });
        let index = Index::new(size);
        let borrowed = index.borrowed();
        group.bench_function(BenchmarkId::new("by hand", size), |bencher| {
            bencher.iter(|| borrowed.decide(&object));
        });
    }
    group.finish();
}

fn many_objects(criterion: &mut Criterion) {
    let text = stream(200);
    let mut group = criterion.benchmark_group("W3 objects from JSON");
    group.throughput(Throughput::Elements(200)).sample_size(20);
    for mut column in columns() {
        group.bench_function(column.name(), |bencher| {
            bencher.iter(|| text.lines().map(|line| column.text(line)).sum::<usize>());
        });
    }
    group.finish();
}

fn bindings(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("W4 bindings");
    group.sample_size(20);
    for size in [100, 1_000] {
        let cluster = cluster(size);
        let engine = ward::bindings(&cluster).unwrap();
        group.bench_function(BenchmarkId::new("wardlaw", size), |bencher| {
            bencher.iter(|| engine.audit());
        });
        group.bench_function(BenchmarkId::new("by hand", size), |bencher| {
            bencher.iter(|| join::escalations(&cluster));
        });
    }
    group.finish();
}

fn authorization(criterion: &mut Criterion) {
    for name in APPS {
        let mut group = criterion.benchmark_group(format!("W5 {name}, 200 requests"));
        for size in [5, 50] {
            let app = app(name, size).unwrap();
            let (own, hand) = (Authorizer::new(&app).unwrap(), Reach::new(&app).unwrap());
            let requests = 0..app.requests.len();
            group.bench_function(BenchmarkId::new("wardlaw", size), |bencher| {
                bencher.iter(|| requests.clone().filter(|request| own.allows(*request)).count());
            });
            group.bench_function(BenchmarkId::new("by hand", size), |bencher| {
                bencher.iter(|| requests.clone().filter(|request| hand.allows(*request)).count());
            });
            for mut peer in peer::authorizers(&app).unwrap() {
                group.bench_function(BenchmarkId::new(peer.name(), size), |bencher| {
                    bencher.iter(|| requests.clone().filter(|request| peer.allows(*request)).count());
                });
            }
        }
        group.finish();
    }
}

criterion_group!(
    benches,
    one_pod,
    many_rules,
    many_objects,
    bindings,
    authorization
);
criterion_main!(benches);
