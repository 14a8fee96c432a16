//! W6 within a process: policies from text to the first decision. `compare w6` starts processes.
#![expect(clippy::unwrap_used, reason = "a benchmark")]

use criterion::{Criterion, criterion_group, criterion_main};
use wardlaw_benches::{
    peer::STARTERS,
    start::{OWN, start},
};

fn startup(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("startup");
    group.sample_size(20);
    for name in OWN.iter().skip(1).chain(STARTERS) {
        group.bench_function(*name, |bencher| bencher.iter(|| start(name).unwrap()));
    }
    group.finish();
}

criterion_group!(benches, startup);
criterion_main!(benches);
