// Makes the pictures answer, and fills the tables from the data in the page. Whatever comes from the data reaches the page as
// text, never as markup. All files of this folder are one program in one scope.

const data = JSON.parse(document.getElementById('data').textContent);
const { facts, manifest } = data;
const { entities, pairs, timeline } = facts;
const { slices, quality, shades } = data;
const byId = (id) => document.getElementById(id);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

// ---- words and numbers ----

const count = (n) => n.toLocaleString();
const of = (n, one, many) => `${count(n)} ${n === 1 ? one : many}`;
function share(part, whole) {
  const ratio = whole ? part / whole : 0;
  const digits = ratio > 0 && ratio < 0.01 ? { maximumSignificantDigits: 2 } : { maximumFractionDigits: 1 };
  return ratio.toLocaleString(undefined, { style: 'percent', ...digits });
}
const decimals = (n, digits) => n.toLocaleString(undefined, { minimumFractionDigits: digits, maximumFractionDigits: digits });

// Controls, and characters that change the direction of what follows, would make a name look like another.
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffe\uffff]/g;
const visible = (text) => text.replace(HIDDEN, '\ufffd');

function day(iso) {
  if (!/^\d{4}-\d\d-\d\d$/.test(iso)) return iso;
  return new Date(`${iso}T00:00:00Z`).toLocaleDateString(undefined, { timeZone: 'UTC', year: 'numeric', month: 'long', day: 'numeric' });
}

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, '');
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child != null));
  return made;
}

const bold = (text) => element('strong', {}, text);
const name = (text) => element('bdi', { class: /\S{30}/.test(text) ? 'long' : null }, visible(text));
const nameOf = (index) => visible(entities[index].name);
const kindOf = (entity) => visible(entity.kind).replace(/^[^.]*\./, '');
const groupOf = (entity) => (entity.group === 'agency' ? 'news agency' : entity.group === 'other' ? visible(entity.kind) : entity.group);

/** A name that can be chosen. */
function chooser(index) {
  return element('button', { type: 'button', class: 'name', onclick: (event) => focusOn({ entity: index }, event.currentTarget) }, name(entities[index].name));
}

// ---- what the data says ----

const countryNames = new Map();
const countryEntity = new Map();
all('#map-svg [data-c]').forEach((path) => countryNames.set(path.dataset.c, path.dataset.n));
entities.forEach((entity, index) => {
  if (entity.kind === 'place.country' && entity.country && !countryEntity.has(entity.country)) {
    countryEntity.set(entity.country, index);
    countryNames.set(entity.country, entity.name);
  }
});
const countryName = (code) => visible(countryNames.get(code) || code);
const countryTally = new Map(facts.countries.map((country) => [country.code, country]));

const ties = entities.map(() => []);
pairs.forEach(([a, b], at) => {
  ties[a].push(at);
  ties[b].push(at);
});
const partner = (at, index) => (pairs[at][0] === index ? pairs[at][1] : pairs[at][0]);
// The others are there for the matrix alone.
const listed = (at) => at < facts.pairs_listed;

// ---- what a chosen period leaves ----

/** The first and the last slice chosen, or nothing: then everything is counted. */
let period = null;

/** The sum of a column of a list of numbers by slice, each row of which begins with the slice. */
function inPeriod(list, width, column) {
  let sum = 0;
  for (let at = 0; at < list.length; at += width) {
    if (list[at] >= period[0] && list[at] <= period[1]) sum += list[at + column];
  }
  return sum;
}

const documentsOf = (index) => (period ? inPeriod(slices.entities[index], 3, 1) : entities[index].documents);
const mentionsOf = (index) => (period ? inPeriod(slices.entities[index], 3, 2) : entities[index].mentions);
/** Documents with both; nothing if they are not known for a period. */
const jointOf = (at) => (!period ? pairs[at][2] : slices.pairs[at] ? inPeriod(slices.pairs[at], 2, 1) : null);
const countryAt = new Map(facts.countries.map((country, at) => [country.code, at]));
function documentsOfCountry(code) {
  const at = countryAt.get(code);
  if (at == null) return 0;
  return period ? inPeriod(slices.countries[at], 2, 1) : facts.countries[at].documents;
}

const firstBin = (slice) => slices.first_bins[slice];
const lastBin = (slice) => (slice + 1 < slices.first_bins.length ? slices.first_bins[slice + 1] : timeline.bins.length) - 1;
const isBinIn = (bin) => !period || (bin != null && bin >= firstBin(period[0]) && bin <= lastBin(period[1]));
const articles = () => (period ? timeline.bins.reduce((sum, bin, at) => sum + (isBinIn(at) ? bin.documents : 0), 0) : manifest.books.counted);
function periodName() {
  const [from, to] = [timeline.bins[firstBin(period[0])].label, timeline.bins[lastBin(period[1])].label];
  return from === to ? from : `${from} to ${to}`;
}
const whole = () => (period ? `of ${periodName()}` : 'of all');

function cells(at) {
  const [a, b] = pairs[at];
  const k11 = jointOf(at) ?? 0;
  const [all, first, second] = period ? [articles(), documentsOf(a), documentsOf(b)] : [facts.contexts, entities[a].contexts, entities[b].contexts];
  const k12 = first - k11;
  const k21 = second - k11;
  return { k11, k12, k21, k22: all - k11 - k12 - k21 };
}

// ---- the tip beside the pointer ----

const tip = byId('tip');

function showTip(event, ...content) {
  tip.replaceChildren(...content);
  tip.hidden = false;
  const { width, height } = tip.getBoundingClientRect();
  const room = document.documentElement;
  let x = event.clientX + 14;
  let y = event.clientY + 14;
  if (x + width > room.clientWidth - 6) x = Math.max(6, event.clientX - width - 14);
  if (y + height > room.clientHeight - 6) y = Math.max(6, event.clientY - height - 14);
  tip.style.left = `${Math.min(x, Math.max(6, room.clientWidth - width - 6))}px`;
  tip.style.top = `${y}px`;
}

const hideTip = () => {
  tip.hidden = true;
};

// What a click changes above may move the page, which is no scrolling of the reader's.
let heldUntil = 0;
function holdTip(event, ...content) {
  showTip(event, ...content);
  heldUntil = performance.now() + 400;
}

function tipOfEntity(index) {
  const entity = entities[index];
  const place = entity.country && entity.group === 'place' && entity.kind !== 'place.country' ? `, ${countryName(entity.country)}` : '';
  return [
    element('b', {}, name(entity.name)),
    element('span', {}, `${groupOf(entity)}${entity.group === 'other' ? '' : ` (${kindOf(entity)})`}${place}`),
    element('span', {}, `${of(documentsOf(index), 'document', 'documents')}, ${of(mentionsOf(index), 'mention', 'mentions')}`),
  ];
}

/** The four cells of a pair. */
function fourCells(at) {
  const [a, b] = pairs[at];
  const { k11, k12, k21, k22 } = cells(at);
  const row = (what, value) => element('tr', {}, element('th', { scope: 'row' }, what), element('td', {}, count(value)));
  return element('table', { class: 'cells-of' }, element('tbody', {}, row('both', k11), row(`only ${cut(nameOf(a))}`, k12), row(`only ${cut(nameOf(b))}`, k21), row('neither', k22)));
}

const strength = (at) => `G² ${decimals(pairs[at][3], 1)}, NPMI ${decimals(pairs[at][4], 2)}${period ? ' over the whole time' : ''}`;

function tipOfPair(at) {
  const [a, b] = pairs[at];
  return [element('b', {}, name(nameOf(a)), ' – ', name(nameOf(b))), fourCells(at), element('span', {}, strength(at))];
}

const cut = (text) => ([...text].length > 24 ? `${[...text].slice(0, 23).join('')}…` : text);

function tipOfCountry(code) {
  const documents = documentsOfCountry(code);
  const places = countryTally.get(code)?.places ?? 0;
  return [
    element('b', {}, name(countryName(code))),
    element('span', {}, `${of(documents, 'document', 'documents')}, ${of(places, 'place', 'places')}`),
  ];
}
