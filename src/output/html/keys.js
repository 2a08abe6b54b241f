// What starts the page, and its keys.
function changed() {
  const reviewed = files.filter((file, at) => file.groups.length > 0 && isReviewed(at)).length;
  const all = files.filter((file) => file.groups.length > 0).length;
  document.getElementById("reviewed").textContent = reviewed + " of " + all + " reviewed";
  draw();
  if (current >= 0) {
    const [top, hunk] = [main.scrollTop, at_hunk];
    open(current).then(() => {
      main.scrollTop = top;
      at_hunk = hunk;
    });
  }
}

function go(step) {
  const at = shown.indexOf(current);
  const next = at < 0 ? (step > 0 ? 0 : shown.length - 1) : at + step;
  if (next >= 0 && next < shown.length) {
    open(shown[next]);
  }
}

function goHunk(step) {
  const next = document.getElementById("hunk-" + (at_hunk + step));
  if (next) {
    at_hunk += step;
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }
}

function review() {
  if (current < 0) {
    return;
  }
  if (at_hunk >= 0) {
    const one = current + ":" + at_hunk;
    mark([one], !marks.has(one));
  } else {
    mark(marksOf(current), !isReviewed(current));
  }
  say(isReviewed(current) ? "reviewed" : "not reviewed");
  changed();
}

const help = document.getElementById("help");
const keys = {
  j: () => go(1),
  k: () => go(-1),
  n: () => goHunk(1),
  p: () => goHunk(-1),
  r: review,
  "/": () => document.getElementById("text").focus(),
  "?": () => (help.open ? help.close() : help.showModal()),
};

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.matches("input:not([type=checkbox]), select");
  if (isTyping && event.key === "Escape") {
    event.target.blur();
  }
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) {
    return;
  }
  event.preventDefault();
  keys[event.key]();
});

function options(id, values) {
  const select = document.getElementById(id);
  for (const value of values) {
    select.append(element("option", { value }, value));
  }
  select.addEventListener("change", () => {
    filter[id] = select.value;
    writeFragment();
    refilter();
  });
}

options("rule", data.rules.map((rule) => rule.id));
options("code", [...new Set(files.flatMap((file) => file.codes))].sort());
document.getElementById("text").addEventListener("input", (event) => {
  filter.text = event.target.value;
  writeFragment();
  refilter();
});
document.getElementById("person").addEventListener("change", (event) => {
  filter.person = event.target.checked;
  writeFragment();
  refilter();
});
document.getElementById("split").addEventListener("click", () => {
  isSplit = !isSplit;
  changed();
});
document.getElementById("export").addEventListener("click", download);
document.getElementById("import").addEventListener("change", (event) => imported(event.target.files[0]));
list.addEventListener("scroll", draw, { passive: true });
window.addEventListener("resize", draw);
window.addEventListener("hashchange", () => {
  readFragment();
  refilter();
});
readFragment();
keep();
refilter();
overview();
changed();
