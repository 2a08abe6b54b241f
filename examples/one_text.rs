//! Rewrites one text that lies in memory: `cargo run --example one_text`.

use std::path::Path;

use repoint::engine::Engine;
use repoint::lang::{RewriteOptions, registry};
use repoint::mapping::from_moves;
use repoint::path::PYTHON;
use repoint::project::Project;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let text = "from app.old import Manager\n\nprint(Manager.name)\n";
    let moves = [("app.old.Manager", "app.ws.manager.Manager")];
    let tables = from_moves(&moves, &[&PYTHON])?.into_tables();
    let root = std::env::temp_dir();
    let project = Project::discover(&root, None);
    let options = RewriteOptions::default();
    let engine = Engine::open(registry(), &tables, &project, &options, root.clone());
    // The file need not exist: its name tells the language, its folder what it can import.
    let report = engine.bytes(Path::new(&root.join("main.py")), text.into())?;
    if let Some(failure) = &report.failure {
        return Err(failure.message.clone().into());
    }
    let after = report.rewritten.unwrap_or_else(|| text.into());
    print!("{}", String::from_utf8(after)?);
    Ok(())
}
