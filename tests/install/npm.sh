source "$ROOT/tests/install/lib.sh"
case $(uname -m) in x86_64) cpu=x64 ;; aarch64) cpu=arm64 ;; esac
platform=$(uname -s | tr '[:upper:]' '[:lower:]')-$cpu
node "$ROOT/npm/platform.mjs" "$platform" "$(binary)" platform
mkdir packed app
(cd platform && npm pack --silent --pack-destination ../packed)
cp -r "$ROOT/npm/repoint" main
(cd main && npm pack --silent --pack-destination ../packed)
# The version of all packages is that of the crate.
version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$ROOT/Cargo.toml" | head -1)
[[ -f packed/repoint-$version.tgz ]] || fail "the version of npm/repoint is not $version"
if grep -q '"@repoint/.*": "' main/package.json && grep '"@repoint/' main/package.json | grep -vq "\"$version\""; then fail "versions differ"; fi
cd app
npm init --yes >/dev/null
# The packages of the other platforms are in no registry yet; npm passes over optional ones.
npm install --silent --no-audit "../packed/repoint-$platform-$version.tgz" "../packed/repoint-$version.tgz"
[[ $(npx --no-install repoint --version) == "repoint $version" ]]
migrates "$PWD/node_modules/.bin/repoint"
# Without the package of the platform it says what is missing.
rm -r "node_modules/@repoint"
status=0
node_modules/.bin/repoint --version 2>said || status=$?
[[ $status == 2 ]] && grep -q "the package @repoint/$platform is not installed" said
