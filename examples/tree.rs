//! Prints what a rule would change in a folder: `cargo run --example tree -- FOLDER OLD NEW`.
use std::path::Path;

use repoint::engine::Engine;
use repoint::lang::{RewriteOptions, registry};
use repoint::mapping::from_moves;
use repoint::path::RUST;
use repoint::project::{Prefilter, Project, Sources, WalkOptions, discover};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, old, new] = arguments.as_slice() else {
        return Err("expected FOLDER OLD NEW".into());
    };
    let (root, walk) = (std::fs::canonicalize(folder)?, WalkOptions::default());
    let tables = from_moves(&[(old, new)], &[&RUST])?.into_tables();
    let (project, options) = (Project::discover(&root, None), RewriteOptions::default());
    let engine = Engine::open(registry(), &tables, &project, &options, root.clone());
    let is_source = |path: &Path| engine.is_source(path);
    let (sources, words) = (Sources::named_so(&is_source), engine.anchors());
    let found = discover(&[root], &project, &walk, sources, &Prefilter::new(&words));
    engine.run(&found.candidates, &walk, |report| {
        for it in report.plan.references.iter().filter(|it| it.rewritten) {
            println!("{}: {}", report.display.display(), it.path);
        }
        std::ops::ControlFlow::Continue(())
    })?;
    Ok(())
}
