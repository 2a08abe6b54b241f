// What the page is about: an index in plain JSON, and the changes in packed chunks that are unpacked when
// someone looks at them.
const data = JSON.parse(document.getElementById("data").textContent);
const files = data.files;
const CHUNK = data.chunk;
const unpacked = new Map();

function chunk(number) {
  if (!unpacked.has(number)) {
    unpacked.set(number, unpack(data.chunks[number]));
  }
  return unpacked.get(number);
}

async function unpack(text) {
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

// The hunks and findings of a file.
async function content(file) {
  return (await chunk(Math.floor(file / CHUNK)))[file % CHUNK];
}

// Texts are only ever set as text, so what a source holds is shown and never run.
function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key === "onclick" || key === "oninput" || key === "onchange") {
      made.addEventListener(key.slice(2), value);
    } else if (value !== null && value !== undefined && value !== false) {
      made.setAttribute(key, value);
    }
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

function say(text) {
  document.getElementById("said").textContent = text;
}
