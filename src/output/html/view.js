// The right side: one file, or what the whole is about.
const main = document.getElementById("main");
const PAGE = 200;
const LONGEST = 2000;
let asked = 0;
let isSplit = false;
let at_hunk = -1;

function overview() {
  current = -1;
  const most = Math.max(1, ...data.rules.map((rule) => rule.references));
  const body = data.rules.map((rule) =>
    element(
      "tr",
      {},
      element("td", {}, element("code", {}, rule.id)),
      element("td", { class: "n" }, String(rule.references)),
      element("td", {}, element("meter", { min: 0, max: most, value: rule.references }))
    )
  );
  const heads = element(
    "tr",
    {},
    ...["rule", "references", ""].map((text) => element("th", { scope: "col" }, text))
  );
  main.replaceChildren(
    element("h1", {}, data.verdict),
    element("p", {}, "Choose a file, or press j. Mark what you have seen with r; ? shows all keys."),
    element("table", {}, element("thead", {}, heads), element("tbody", {}, ...body)),
    ...data.failures.map((text) => element("p", { class: "finding error" }, "failed: " + text))
  );
  draw();
}

async function open(file) {
  current = file;
  at_hunk = -1;
  asked += 1;
  const mine = asked;
  reveal();
  draw();
  const told = await content(file);
  if (mine === asked) {
    main.replaceChildren(head(file), ...told.findings.filter((it) => !it.hunk).map(finding), ...page(file, told, 0));
    main.scrollTop = 0;
  }
}

function head(file) {
  return element(
    "header",
    {},
    element("h1", {}, files[file].root),
    element(
      "label",
      {},
      box(isReviewed(file), (on) => mark(marksOf(file), on), files[file].groups.length === 0),
      " reviewed"
    )
  );
}

function box(on, set, disabled) {
  const made = element("input", {
    type: "checkbox",
    disabled: disabled ? "" : null,
    onchange: (event) => {
      set(event.target.checked);
      changed();
    },
  });
  made.checked = on;
  return made;
}

function page(file, told, from) {
  const some = told.hunks.slice(from, from + PAGE).map((hunk, at) => section(file, told, hunk, from + at));
  if (from + PAGE < told.hunks.length) {
    const more = element("button", { type: "button" }, "show more changes");
    more.addEventListener("click", () => more.replaceWith(...page(file, told, from + PAGE)));
    some.push(more);
  }
  return some;
}

function section(file, told, hunk, at) {
  const group = ofGroup.get(files[file].groups[at]);
  const one = file + ":" + at;
  const lines = isSplit ? split(hunk.lines) : unified(hunk.lines);
  return element(
    "section",
    { class: "hunk", id: "hunk-" + at, tabindex: "-1", "aria-label": "change " + (at + 1) },
    element(
      "div",
      { class: "bar" },
      element("label", {}, box(marks.has(one), (on) => mark([one], on)), " reviewed"),
      element("code", {}, hunk.header),
      group.length > 1
        ? element(
            "button",
            {
              type: "button",
              onclick: () => {
                mark(group, !marks.has(one));
                changed();
              },
            },
            "the same in " + group.length + " places: mark all"
          )
        : null
    ),
    ...hunk.rules.map((rule) => element("p", { class: "rule" }, element("code", {}, rule.id), rule.note ? " " + rule.note : "")),
    lines,
    ...told.findings.filter((it) => it.hunk === at + 1).map(finding)
  );
}

function finding(told) {
  const text = told.line + ": " + told.level + "[" + told.code + "] " + told.message;
  return element("p", { class: "finding " + told.level }, text + (told.help ? " (" + told.help + ")" : ""));
}

// The lines that stand for each other: those that go, then as many that come.
function pairs(lines) {
  const all = [];
  let old = [];
  let fresh = [];
  const flush = () => {
    for (let at = 0; at < Math.max(old.length, fresh.length); at += 1) {
      all.push([old[at], fresh[at]]);
    }
    old = [];
    fresh = [];
  };
  for (const line of lines) {
    if (line[0] === "-") {
      old.push(line);
    } else if (line[0] === "+") {
      fresh.push(line);
    } else {
      flush();
      all.push([line, line]);
    }
  }
  flush();
  return all;
}

function unified(lines) {
  const box = element("pre", {});
  let block = [];
  const flush = () => {
    const some = pairs(block);
    for (const side of [0, 1]) {
      for (const pair of some) {
        if (pair[side] !== undefined) {
          box.append(line_of(pair[side], pair[1 - side]));
        }
      }
    }
    block = [];
  };
  for (const line of lines) {
    if (line[0] === "-" || line[0] === "+") {
      block.push(line);
    } else {
      flush();
      box.append(line_of(line));
    }
  }
  flush();
  return box;
}

function split(lines) {
  const body = pairs(lines).map(([old, fresh]) =>
    element(
      "tr",
      {},
      element("td", {}, old === undefined ? "" : line_of(old, fresh)),
      element("td", {}, fresh === undefined ? "" : line_of(fresh, old))
    )
  );
  return element("table", { class: "split" }, element("tbody", {}, ...body));
}

// A line, with the names marked that the other side does not have.
function line_of(line, other) {
  const kind = { "-": "old", "+": "new" }[line[0]] || "same";
  const made = element("div", { class: "line " + kind }, line[0]);
  const text = line.slice(1);
  let pieces = [text, "", ""];
  if (kind !== "same" && other !== undefined && text.length + other.length < 20 * LONGEST) {
    pieces = marked(text, other.slice(1));
  }
  let room = LONGEST;
  pieces.forEach((piece, at) => {
    const part = piece.slice(0, room);
    room -= part.length;
    if (part) {
      made.append(at === 1 ? element("mark", {}, part) : part);
    }
  });
  const isCut = text.length > LONGEST;
  if (isCut) {
    made.append(element("em", {}, " … the line goes on"));
  }
  return made;
}

// What stands before, in and after the names that differ.
function marked(text, other) {
  const names = (of) => of.match(/[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu) || [];
  const [mine, theirs] = [names(text), names(other)];
  const least = Math.min(mine.length, theirs.length);
  let start = 0;
  while (start < least && mine[start] === theirs[start]) {
    start += 1;
  }
  let end = 0;
  while (end < least - start && mine[mine.length - 1 - end] === theirs[theirs.length - 1 - end]) {
    end += 1;
  }
  const join = (from, to) => mine.slice(from, to).join("");
  return [join(0, start), join(start, mine.length - end), join(mine.length - end)];
}
