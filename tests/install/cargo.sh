source "$ROOT/tests/install/lib.sh"
cargo install --locked --quiet --path "$ROOT" --root root
root/bin/repoint --version
migrates "$PWD/root/bin/repoint"
# Stripped: the symbols are beside it, where it was built.
size=$(stat -c %s root/bin/repoint)
((size < 30000000)) || fail "the binary has $size bytes"
# What binstall would fetch has a name for each target of the release workflow.
grep -q 'repoint-v{ version }-{ target }.tar.gz' "$ROOT/Cargo.toml"
grep -q 'name="repoint-$GITHUB_REF_NAME-$TARGET"' "$ROOT/.github/workflows/release.yml"
# The package holds all that it is built from.
cargo package --locked --quiet --allow-dirty --no-verify --list --manifest-path "$ROOT/Cargo.toml" >files
grep -qx 'mappings/rust/std-to-core.toml' files
grep -qx 'src/explain/entries.toml' files
