source "$ROOT/tests/install/lib.sh"
mkdir bin
ln -s "$(binary)" bin/repoint
PATH=$PWD/bin:$PATH
if ! repoint check --help | grep -q 'github'; then
    echo "NOT TESTED: the action, which needs --output-format github, sarif and markdown"
    exit 0
fi
python3 -m venv venv
venv/bin/pip --quiet install pyyaml
# The step that runs, as the runner runs it: bash with -e and pipefail, and files for what it says.
venv/bin/python - "$ROOT/action.yml" >step.sh <<'PY'
import sys, yaml
steps = yaml.safe_load(open(sys.argv[1]))["runs"]["steps"]
print(next(step["run"] for step in steps if step.get("id") == "run"))
PY
step() {
    : >"$PWD/output" && : >"$PWD/summary"
    (cd app && env GITHUB_OUTPUT="$OLDPWD/output" GITHUB_STEP_SUMMARY="$OLDPWD/summary" GITHUB_ACTIONS=true \
        "$@" bash --noprofile --norc -eo pipefail ../step.sh)
}
project app
status=0
step MODE=check ARGS= SARIF_FILE=../repoint.sarif COMMENT_FILE= >said || status=$?
[[ $status == 1 ]] || fail "check: exit status $status"
grep -q '^::error .*file=a.py' said
grep -qx 'exit-status=1' output
grep -q '"2.1.0"' repoint.sarif
step MODE=diff ARGS= SARIF_FILE= COMMENT_FILE=../comment.md >said
grep -q 'a.py' summary && cmp summary comment.md
status=0
step MODE=other ARGS= SARIF_FILE= COMMENT_FILE= >said || status=$?
[[ $status == 2 ]] && grep -q '^::error' said
