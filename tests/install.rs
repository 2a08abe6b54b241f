//! Each way to install repoint, taken as a user would take it. They build the program for release and ask the
//! registries, so they are run by `.ci/run` alone: `cargo test --test install -- --ignored --test-threads 1`.
//!
//! One build is shared, without link-time optimization: what is proved is the packaging.

use std::path::Path;
use std::process::Command;

fn run(script: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().expect("a folder");
    let status = Command::new("bash")
        .args(["-euo", "pipefail"])
        .arg(root.join("tests/install").join(script))
        .current_dir(folder.path())
        .env("ROOT", root)
        .env("CARGO_TARGET_DIR", root.join("target/install"))
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_TERM_COLOR", "never")
        .env_remove("REPOINT_UPDATE")
        .status()
        .expect("bash runs");
    assert!(status.success(), "{script}: {status}");
}

#[test]
#[ignore = "builds for release and asks the registries; .ci/run runs it"]
fn a1_cargo_install_into_an_empty_root() {
    run("cargo.sh");
}

#[test]
#[ignore = "builds for release and asks the registries; .ci/run runs it"]
fn manifests_fit_their_schemas() {
    run("manifests.sh");
}

#[test]
#[ignore = "builds for release and asks the registries; .ci/run runs it"]
fn npm_installs_the_packed_tarballs() {
    run("npm.sh");
}

#[test]
#[ignore = "builds for release and asks the registries; .ci/run runs it"]
fn pip_installs_the_wheel() {
    run("wheel.sh");
}

#[test]
#[ignore = "builds for release and asks the registries; .ci/run runs it"]
fn pre_commit_blocks_and_passes() {
    run("pre_commit.sh");
}

#[test]
#[ignore = "builds for release and asks the registries; .ci/run runs it"]
fn the_steps_of_the_action_run() {
    run("action.sh");
}

#[test]
#[ignore = "builds for release and asks the registries; .ci/run runs it"]
fn an_editor_in_python_is_served() {
    run("editor.sh");
}
