// What the page is filtered by.

// ---- what everything is filtered by: one name, one country, one pair, or nothing; and a period ----

let focus = null;
const tables = [];
const find = byId('find');
const clear = byId('clear');

function focusOn(chosen, from) {
  focus = chosen;
  const pair = chosen && chosen.pair != null ? pairs[chosen.pair] : null;
  const label = chosen && (chosen.country ? countryName(chosen.country) : pair ? `${nameOf(pair[0])} – ${nameOf(pair[1])}` : nameOf(chosen.entity));
  clear.hidden = !chosen;
  if (chosen) find.value = label;
  else find.value = '';
  hideTip();
  if (chosen) placeCard(from);
  showCard();
  showAll();
}

/** Shows everything anew, after another choice. */
function showAll() {
  paintPictures();
  showPanels();
  tables.forEach((table) => table.refresh());
}

/** The entities that the focus is about, and those that go with them. */
function inFocus() {
  if (!focus) return null;
  if (focus.country) {
    const own = new Set();
    entities.forEach((entity, index) => entity.group === 'place' && entity.country === focus.country && own.add(index));
    return { own, near: own };
  }
  if (focus.pair != null) {
    const own = new Set(pairs[focus.pair].slice(0, 2));
    return { own, near: own };
  }
  const near = new Set([focus.entity]);
  ties[focus.entity].filter(listed).forEach((at) => near.add(partner(at, focus.entity)));
  return { own: new Set([focus.entity]), near };
}

const card = byId('focused');

/** Sentences of the articles, if the page has them: `list` are their positions. */
function quotations(list) {
  const { sentences } = data;
  if (!sentences) return [];
  if (!list) return [element('p', { class: 'note' }, 'The page has no sentences for this: there was no room. ', element('code', {}, 'dateline show'), ' prints them.')];
  const shown = list.map((at) => sentences.sentences[at]).filter(([, , , bin]) => isBinIn(bin));
  if (!shown.length) return [element('p', { class: 'note' }, 'None of the sentences in the page is of this period.')];
  const { own } = inFocus();
  const piece = (part, at, parts) => {
    if (typeof part === 'number') return null;
    return own.has(parts[at + 1]) ? element('mark', {}, visible(part)) : visible(part);
  };
  const item = ([id, date, source, , parts]) => {
    const iso = date.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3');
    const from = [source, /^\d{4}-\d\d-\d\d/.test(iso) ? day(iso.slice(0, 10)) : date, id].filter((text) => text);
    return element('li', {}, element('q', { dir: 'auto' }, ...parts.map(piece)), element('small', {}, ...from.flatMap((text, at) => [at ? ', ' : null, name(text)])));
  };
  const many = of(sentences.per_subject, 'article', 'articles');
  return [element('h4', {}, 'In the articles'), element('ul', { class: 'quotes' }, ...shown.map(item)), element('p', { class: 'note' }, `Up to ${many} for each name and pair, chosen at random.`)];
}

/** Puts the card where it is seen: below the picture, or above the table, in which the choice was made. */
function placeCard(from) {
  if (from && card.contains(from)) return;
  const section = from && from.closest('section');
  const home = section && section.querySelector('figure.picture, .panels');
  const grid = from && from.closest('.scroll');
  if (home) home.after(card);
  else if (grid) grid.before(card);
  else byId('lead').after(card);
}

/** Says what is chosen; the card is put in another place only if something is. */
function showCard() {
  card.hidden = !focus;
  if (!focus) return;
  const within = card.contains(document.activeElement);
  fillCard();
  // The button that was pressed is gone.
  if (within) card.querySelector('.close').focus();
}

function fillCard() {
  const close = element('button', { type: 'button', class: 'close', 'aria-label': 'Show all again', onclick: () => focusOn(null) }, '×');
  const heading = (...text) => element('h3', {}, ...text);
  if (focus.country) {
    const documents = documentsOfCountry(focus.country);
    const n = countryTally.get(focus.country)?.places ?? 0;
    const places = entities.map((_, index) => index).filter((index) => entities[index].country === focus.country && entities[index].group === 'place' && documentsOf(index));
    card.replaceChildren(
      close,
      heading(name(countryName(focus.country))),
      element('p', {}, `${of(documents, 'document mentions', 'documents mention')} a place of this country, ${share(documents, articles())} ${whole()}. ${of(n, 'place', 'places')} of it were found.`),
      element('ul', { class: 'names' }, ...places.slice(0, 16).map((index) => element('li', {}, chooser(index), ` ${count(documentsOf(index))}`))),
    );
    return;
  }
  if (focus.pair != null) {
    const [a, b] = pairs[focus.pair];
    card.replaceChildren(
      close,
      heading(chooser(a), ' – ', chooser(b)),
      element('p', {}, `${of(jointOf(focus.pair) ?? 0, 'document mentions', 'documents mention')} both, ${share(jointOf(focus.pair) ?? 0, articles())} ${whole()}. ${strength(focus.pair)}.`),
      fourCells(focus.pair),
      ...quotations(data.sentences?.pairs[focus.pair]),
    );
    return;
  }
  const entity = entities[focus.entity];
  const known = ties[focus.entity].filter((at) => listed(at) && jointOf(at)).sort((a, b) => (period ? jointOf(b) - jointOf(a) : a - b));
  const strongest = known.slice(0, 12);
  const documents = documentsOf(focus.entity);
  card.replaceChildren(
    close,
    heading(name(entity.name)),
    element('p', {}, `${of(mentionsOf(focus.entity), 'mention', 'mentions')} in ${of(documents, 'document', 'documents')}, ${share(documents, articles())} ${whole()}. ${groupOf(entity)}, ${kindOf(entity)}${entity.country ? `, ${countryName(entity.country)}` : ''}; `, element('code', {}, visible(entity.id))),
    strongest.length
      ? element('p', {}, period ? `Documents ${whole()} with both:` : 'Belongs together most with (documents with both):')
      : element('p', {}, 'None of the pairs listed here has this name.'),
    element('ul', { class: 'names' }, ...strongest.map((at) => element('li', {}, chooser(partner(at, focus.entity)), ' ', pairChooser(at)))),
    ...quotations(data.sentences?.entities[focus.entity]),
  );
}

/** The documents of a pair, as something that can be chosen. */
function pairChooser(at) {
  const [a, b] = pairs[at];
  const label = `${nameOf(a)} and ${nameOf(b)}: ${of(jointOf(at) ?? 0, 'document', 'documents')} with both`;
  return element('button', { type: 'button', class: 'name', 'aria-label': label, onclick: (event) => focusOn({ pair: at }, event.currentTarget) }, count(jointOf(at) ?? 0));
}

function paintPictures() {
  const set = inFocus();
  const dim = (node, is) => node.classList.toggle('dim', is);
  // A picture without the chosen name stays as it is.
  const isIn = (selector) => Boolean(set && all(selector).some((node) => set.own.has(Number(node.dataset.e))));
  const [inNetwork, inMatrix] = [isIn('#network-svg circle'), isIn('#matrix-svg [data-e]')];
  const loud = (node, is) => node.classList.toggle('loud', is);
  all('#map-svg [data-c]').forEach((path) => {
    const own = focus && focus.country === path.dataset.c;
    const index = countryEntity.get(path.dataset.c);
    const chosen = Boolean(own || (set && set.own.has(index)));
    loud(path, chosen);
    // Its outline is not to be covered by the neighbours.
    if (chosen) path.parentNode.append(path);
    dim(path, Boolean(set && !own && !(focus.entity != null && set.near.has(index))));
  });
  all('#map-svg [data-e], #network-svg [data-e]').forEach((node) => {
    const index = Number(node.dataset.e);
    const concerned = set && (inNetwork || node.ownerSVGElement.id === 'map-svg');
    dim(node, Boolean(concerned && !set.near.has(index)));
    loud(node, Boolean(set && set.own.has(index)));
  });
  all('#network-svg [data-p]').forEach((line) => {
    const [a, b] = pairs[line.dataset.p];
    const touches = set && (set.own.has(a) || set.own.has(b));
    const chosen = set && focus.pair != null ? Number(line.dataset.p) === focus.pair : touches;
    dim(line, Boolean(inNetwork && !chosen));
    loud(line, Boolean(chosen));
  });
  all('#matrix-svg [data-p]').forEach((cell) => {
    const [a, b] = pairs[cell.dataset.p];
    const chosen = set && focus.pair != null ? Number(cell.dataset.p) === focus.pair : set && (set.own.has(a) || set.own.has(b));
    dim(cell, Boolean(inMatrix && !chosen));
  });
  all('#matrix-svg [data-e]').forEach((text) => loud(text, Boolean(set && set.own.has(Number(text.dataset.e)))));
  paintPeriod();
  views.forEach((view) => view.fit());
}

// ---- the field that finds a name ----

function makeFinder() {
  document.querySelector('.focus').hidden = false;
  const known = new Map();
  entities.forEach((entity, index) => {
    if (!known.has(visible(entity.name))) known.set(visible(entity.name), { entity: index });
  });
  facts.countries.forEach((country) => {
    if (!known.has(countryName(country.code))) known.set(countryName(country.code), { country: country.code });
  });
  byId('names').append(...[...known.keys()].map((label) => element('option', { value: label })));
  const lower = new Map([...known].map(([label, chosen]) => [label.toLowerCase(), chosen]));
  const choose = (partly) => {
    const typed = find.value.trim().toLowerCase();
    if (!typed) return focus && focusOn(null);
    const chosen = lower.get(typed) || (partly && [...lower].find(([label]) => label.startsWith(typed))?.[1]);
    return chosen && focusOn(chosen);
  };
  find.addEventListener('input', () => choose(false));
  find.form.addEventListener('submit', (event) => {
    event.preventDefault();
    choose(true);
    if (focus) card.scrollIntoView({ block: 'center' });
  });
  clear.addEventListener('click', () => focusOn(null));
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    if (!tip.hidden) hideTip();
    else if (focus) focusOn(null);
  });
  document.addEventListener('scroll', () => performance.now() > heldUntil && hideTip(), { passive: true });
}

function markSection() {
  // The bar is higher when more is chosen; headings must not be below it.
  const bar = document.querySelector('.bar');
  new ResizeObserver(() => document.documentElement.style.setProperty('scroll-padding-top', `${bar.offsetHeight + 8}px`)).observe(bar);
  const links = new Map(all('.bar a').map((link) => [link.hash.slice(1), link]));
  const seen = new Set();
  const watch = new IntersectionObserver((entries) => {
    entries.forEach((entry) => (entry.isIntersecting ? seen.add(entry.target.id) : seen.delete(entry.target.id)));
    const current = [...links.keys()].find((id) => seen.has(id));
    links.forEach((link, id) => (id === current ? link.setAttribute('aria-current', 'true') : link.removeAttribute('aria-current')));
  }, { rootMargin: '-30% 0px -60% 0px' });
  all('main > section').forEach((section) => watch.observe(section));
}
