source "$ROOT/tests/install/lib.sh"
python3 -m venv build fresh 2>/dev/null || { python3 -m venv build && python3 -m venv fresh; }
python3 -m venv fresh
build/bin/pip --quiet install 'maturin>=1.7,<2'
build/bin/maturin build --quiet --release --locked --manifest-path "$ROOT/Cargo.toml" --out dist
fresh/bin/pip --quiet install --no-index dist/*.whl
fresh/bin/repoint --version
migrates "$PWD/fresh/bin/repoint"
migrates "$PWD/fresh/bin/python" -m repoint
