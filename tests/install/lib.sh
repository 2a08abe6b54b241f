# What the scripts share. They run in an empty folder; ROOT is that of the project.

fail() {
    echo "$0: $*" >&2
    exit 1
}

# A small project with one deprecated reference in Python and one in Rust, in the folder $1.
project() {
    mkdir -p "$1/mappings" "$1/src"
    printf 'language = "python"\nname = "p"\n[moves]\n"old.X" = "new.X"\n' >"$1/mappings/p.toml"
    printf 'language = "rust"\nname = "r"\n[moves]\n"old::X" = "new::X"\n' >"$1/mappings/r.toml"
    printf '[package]\nname = "x"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\nold = "1"\nnew = "1"\n' >"$1/Cargo.toml"
    echo 'from old import X' >"$1/a.py"
    echo 'pub use old::X;' >"$1/src/lib.rs"
}

# The command given checks, rewrites and checks again, in a project of its own.
migrates() {
    local folder
    folder=$(mktemp -d "$PWD/project.XXXX")
    project "$folder"
    (
        cd "$folder"
        local status=0
        "$@" check --output-format concise || status=$?
        [[ $status == 1 ]] || fail "check: exit status $status, not 1"
        "$@" apply
        "$@" check
        grep -qx 'from new import X' a.py
        grep -qx 'pub use new::X;' src/lib.rs
    )
}

# The binary that was built for release; REPOINT_BINARY names one that is there, for who tries a script by hand.
binary() {
    if [[ -n ${REPOINT_BINARY:-} ]]; then
        echo "$REPOINT_BINARY"
        return
    fi
    cargo build --release --locked --quiet --manifest-path "$ROOT/Cargo.toml" --bin repoint
    echo "$CARGO_TARGET_DIR/release/repoint"
}
