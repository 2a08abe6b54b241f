source "$ROOT/tests/install/lib.sh"
python3 -m venv venv
venv/bin/pip --quiet install pytest-lsp pytest
export REPOINT=$(binary)
project app
cp "$ROOT/tests/install/test_editor.py" .
venv/bin/python -m pytest -q -p no:cacheprovider test_editor.py
