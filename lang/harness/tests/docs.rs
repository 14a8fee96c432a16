//! Every policy that the documentation shows compiles, without a warning.

use std::{fs, path::Path};

use wardlaw_lang::{CompileInput, Sources, compile};

#[test]
fn policies_in_the_documentation_compile() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut pages = vec![root.join("README.md")];
    pages.extend(
        fs::read_dir(root.join("docs"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "md")),
    );
    pages.sort();
    let mut count = 0;
    for page in pages {
        let text = fs::read_to_string(&page).unwrap();
        for block in text.split("\n```ward\n").skip(1) {
            let policy = block.split("\n```").next().unwrap();
            let mut sources = Sources::new();
            sources.add(page.display().to_string(), policy);
            let input = CompileInput {
                sources: &sources,
                library: wardlaw_stdlib::library(),
                select: &[],
            };
            let found = compile(&input).diagnostics;
            assert!(found.is_empty(), "{}:\n{policy}\n{found:#?}", page.display());
            count += 1;
        }
    }
    println!("{count} policies");
    assert!(count >= 2);
}
