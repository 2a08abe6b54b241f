// The files at the left: rows of one height, of which only those in view are made.
const ROW = 28;
const list = document.getElementById("files");
const canvas = document.getElementById("rows");
const filter = { text: "", rule: "", code: "", person: false };
let rows = [];
let shown = [];
let current = -1;

function readFragment() {
  const said = new URLSearchParams(location.hash.slice(1));
  filter.text = said.get("text") || "";
  filter.rule = said.get("rule") || "";
  filter.code = said.get("code") || "";
  filter.person = said.get("person") === "1";
  document.getElementById("text").value = filter.text;
  document.getElementById("rule").value = filter.rule;
  document.getElementById("code").value = filter.code;
  document.getElementById("person").checked = filter.person;
}

function writeFragment() {
  const said = new URLSearchParams();
  for (const key of ["text", "rule", "code"]) {
    if (filter[key]) {
      said.set(key, filter[key]);
    }
  }
  if (filter.person) {
    said.set("person", "1");
  }
  history.replaceState(null, "", "#" + said.toString());
}

function passes(file) {
  const text = filter.text.toLowerCase();
  return (
    (!text || file.root.toLowerCase().includes(text)) &&
    (!filter.rule || file.rules.includes(filter.rule)) &&
    (!filter.code || file.codes.includes(filter.code)) &&
    (!filter.person || file.errors + file.reviews > 0 || file.failed)
  );
}

function refilter() {
  shown = [];
  rows = [];
  let folder = null;
  files.forEach((file, at) => {
    if (!passes(file)) {
      return;
    }
    const cut = file.root.lastIndexOf("/");
    const own = cut < 0 ? "." : file.root.slice(0, cut);
    if (own !== folder) {
      folder = own;
      rows.push({ folder });
    }
    rows.push({ file: at, name: file.root.slice(cut + 1), position: shown.length + 1 });
    shown.push(at);
  });
  canvas.style.height = rows.length * ROW + "px";
  document.getElementById("count").textContent = shown.length + " of " + files.length + " files";
  draw();
}

function draw() {
  const first = Math.max(0, Math.floor(list.scrollTop / ROW) - 5);
  const last = Math.min(rows.length, first + Math.ceil(list.clientHeight / ROW) + 10);
  const made = [];
  for (let at = first; at < last; at += 1) {
    const row = row_of(rows[at]);
    row.style.top = at * ROW + "px";
    made.push(row);
  }
  canvas.replaceChildren(...made);
  list.setAttribute("aria-activedescendant", current >= 0 ? "file-" + current : "");
}

function row_of(row) {
  if (row.folder !== undefined) {
    return element("div", { class: "row folder", role: "presentation" }, row.folder);
  }
  const file = files[row.file];
  const kind = file.failed ? "failed" : file.errors + file.reviews > 0 ? "person" : "rewritten";
  const sign = isReviewed(row.file) ? "✓" : file.failed ? "✗" : kind === "person" ? "!" : "•";
  const label = file.groups.length + " changes, " + (file.errors + file.reviews) + " findings";
  return element(
    "div",
    {
      class: "row file " + kind,
      id: "file-" + row.file,
      role: "option",
      "aria-setsize": shown.length,
      "aria-posinset": row.position,
      "aria-selected": row.file === current ? "true" : "false",
      "aria-label": file.root + ", " + label + (isReviewed(row.file) ? ", reviewed" : ""),
      title: file.root,
      onclick: () => open(row.file),
    },
    element("span", { class: "sign" }, sign),
    element("span", { class: "name" }, row.name),
    element("span", { class: "number" }, String(file.groups.length || ""))
  );
}

function reveal() {
  const at = rows.findIndex((row) => row.file === current);
  if (at < 0) {
    return;
  }
  const top = at * ROW;
  if (top < list.scrollTop) {
    list.scrollTop = top;
  } else if (top + ROW > list.scrollTop + list.clientHeight) {
    list.scrollTop = top + ROW - list.clientHeight;
  }
}
