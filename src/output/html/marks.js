// Which hunks are reviewed: `file:hunk`, kept under the digest of the report.
const KEY = "repoint:" + data.digest;
const marks = new Set();
let isKept = true;
try {
  for (const mark of JSON.parse(localStorage.getItem(KEY) || "[]")) {
    marks.add(mark);
  }
} catch {
  isKept = false;
}

function keep() {
  try {
    localStorage.setItem(KEY, JSON.stringify([...marks]));
  } catch {
    isKept = false;
  }
  document.getElementById("kept").hidden = isKept;
}

function isReviewed(file) {
  const hunks = files[file].groups.length;
  for (let hunk = 0; hunk < hunks; hunk += 1) {
    if (!marks.has(file + ":" + hunk)) {
      return false;
    }
  }
  return hunks > 0;
}

const ofGroup = new Map();
files.forEach((file, at) => {
  file.groups.forEach((group, hunk) => {
    if (!ofGroup.has(group)) {
      ofGroup.set(group, []);
    }
    ofGroup.get(group).push(at + ":" + hunk);
  });
});

function mark(some, on) {
  for (const one of some) {
    if (on) {
      marks.add(one);
    } else {
      marks.delete(one);
    }
  }
  keep();
}

function marksOf(file) {
  return files[file].groups.map((_, hunk) => file + ":" + hunk);
}

// What `repoint apply --reviewed` takes: only files whose hunks are all marked.
function exported() {
  const reviewed = files
    .filter((_, at) => isReviewed(at))
    .map((file) => {
      const one = { path: file.root };
      if (file.path_bytes) {
        one.path_bytes = file.path_bytes;
      }
      one.old = file.old;
      one.new = file.new;
      return one;
    });
  return {
    version: data.version,
    table_digest: data.table_digest,
    options_digest: data.options_digest,
    files: reviewed,
  };
}

function download() {
  const text = JSON.stringify(exported(), null, 2) + "\n";
  const link = element("a", {
    href: URL.createObjectURL(new Blob([text], { type: "application/json" })),
    download: "reviewed.json",
  });
  link.click();
  URL.revokeObjectURL(link.href);
  say(exported().files.length + " reviewed files exported");
}

// Takes an export in again: files that hold, and would hold, the same.
async function imported(file) {
  let taken = 0;
  try {
    const text = JSON.parse(await file.text());
    const known = new Map(text.files.map((one) => [one.path, one]));
    files.forEach((mine, at) => {
      const one = known.get(mine.root);
      if (one && one.old === mine.old && one.new === mine.new) {
        mark(marksOf(at), true);
        taken += 1;
      }
    });
    say(taken + " files marked");
  } catch {
    say("this file holds no marks");
  }
  changed();
}
