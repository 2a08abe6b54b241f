source "$ROOT/tests/install/lib.sh"
python3 -m venv venv
venv/bin/pip --quiet install pre-commit
export PRE_COMMIT_HOME=$PWD/home GIT_CONFIG_GLOBAL=$PWD/gitconfig
git config --file gitconfig user.name Somebody
git config --file gitconfig user.email somebody@example.org
git config --file gitconfig safe.directory '*'
git clone --quiet "$ROOT" clone
revision=$(git -C clone rev-parse HEAD)
project app
cd app
git init --quiet
cat >.pre-commit-config.yaml <<YAML
repos:
  - repo: file://$OLDPWD/clone
    rev: $revision
    hooks:
      - id: repoint-check
YAML
../venv/bin/pre-commit install >/dev/null
git add .
if git commit --quiet -m "An old path" >said 2>&1; then
    cat said
    fail "the commit was not blocked"
fi
cat said
grep -q 'a.py:1:17: error\[deprecated\]' said
sed -i 's/repoint-check/repoint-apply/' .pre-commit-config.yaml
git add .
# It rewrites the files, which is a failure for pre-commit; then they are added, and it passes.
if ../venv/bin/pre-commit run; then fail "nothing was rewritten"; fi
grep -qx 'from new import X' a.py
sed -i 's/repoint-apply/repoint-check/' .pre-commit-config.yaml
git add .
git commit --quiet -m "The new path"
