//! Text of policies to syntax trees.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use wardlaw_benches::{ward::PODS, workload::rules};
use wardlaw_lang::{FileId, syntax};

fn parse(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse");
    for (name, text) in [
        ("18 checks", PODS.to_owned()),
        ("1000 rules", rules::ward(1_000).concat()),
    ] {
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(name, |bencher| bencher.iter(|| syntax::parse(FileId(0), &text)));
    }
    group.finish();
}

criterion_group!(benches, parse);
criterion_main!(benches);
