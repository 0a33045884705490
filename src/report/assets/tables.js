// Tables.

// ---- tables ----

const ROWS = 12;

/**
 * A table that can be sorted, searched and saved. A column is `{ title, help, value, show }`: what it is sorted and saved
 * by, and how it is shown. `keep` says which rows the focus leaves; `weight` what a row weighs in a chosen period: those of
 * nothing are left out, and the others sorted by it. Without it the table is of the whole time.
 */
function table(home, file, caption, columns, rows, keep, none, weight) {
  const container = byId(home);
  if (none && !rows.length) {
    container.append(element('p', { class: 'note' }, none));
    return;
  }
  let order = null;
  let descending = false;
  let words = '';
  let whole = false;
  const body = element('tbody');
  const said = element('p', { class: 'note', 'aria-live': 'polite' });
  const more = element('button', { type: 'button', onclick: () => {
    whole = !whole;
    refresh();
  } });
  const heads = columns.map((column, at) => {
    const press = element('button', { type: 'button', title: column.help, onclick: () => {
      descending = order === at ? !descending : typeof column.value(rows[0] ?? {}) === 'number';
      order = at;
      refresh();
    } }, column.title);
    return element('th', { scope: 'col', class: column.number ? 'number' : null }, press);
  });
  const search = element('input', { type: 'search', 'aria-label': `Search: ${caption}`, placeholder: 'search', oninput: () => {
    words = search.value.toLowerCase();
    refresh();
  } });
  const save = element('button', { type: 'button', onclick: () => saveCsv(file, columns, chosen()) }, 'Save as CSV');
  const tools = element('div', { class: 'tools' }, rows.length > ROWS ? search : null, save);
  const head = element('thead', {}, element('tr', {}, ...heads));
  const grid = element('table', {}, element('caption', { class: 'unseen' }, caption), head, body);
  container.append(tools, element('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption }, grid), said, more);

  function chosen() {
    const set = inFocus();
    let left = set && keep ? rows.filter((row) => keep(row, set)) : rows;
    if (words) left = left.filter((row) => columns.some((column) => String(column.value(row)).toLowerCase().includes(words)));
    if (period && weight) {
      left = left.filter((row) => weight(row));
      if (order == null) left = [...left].sort((a, b) => weight(b) - weight(a));
    }
    if (order != null) {
      const { value } = columns[order];
      const compare = (a, b) => (typeof a === 'number' ? a - b : String(a).localeCompare(String(b)));
      left = [...left].sort((a, b) => compare(value(a), value(b)) * (descending ? -1 : 1));
    }
    return left;
  }

  function refresh() {
    const left = chosen();
    const shown = whole ? left : left.slice(0, ROWS);
    body.replaceChildren(...shown.map((row) => element('tr', {}, ...columns.map((column) => {
      const value = column.value(row);
      const text = column.show ? column.show(row) : typeof value === 'number' ? count(value) : name(value);
      return element('td', { class: column.number ? 'number' : null }, text);
    }))));
    heads.forEach((cell, at) => {
      if (order === at) cell.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
      else cell.removeAttribute('aria-sort');
    });
    const when = !period || weight === 0 ? '' : weight ? `, ${periodName()}` : ', of the whole time';
    const filtered = `${left.length < rows.length ? ` that ${left.length === 1 ? 'matches' : 'match'}, of ${count(rows.length)}` : ''}${when}`;
    said.textContent = left.length > shown.length ? `${count(shown.length)} of ${of(left.length, 'row', 'rows')}${filtered}` : `${of(left.length, 'row', 'rows')}${filtered}`;
    more.hidden = left.length <= ROWS;
    more.textContent = whole ? 'Show fewer' : `Show all ${count(left.length)}`;
  }

  const made = { refresh, replace(next) {
    rows = next;
    refresh();
  } };
  tables.push(made);
  refresh();
  return made;
}

function saveCsv(file, columns, rows) {
  // A spreadsheet would run a text that looks like a formula.
  const safe = (text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
  const cell = (value) => (typeof value === 'number' ? String(value) : `"${safe(String(value)).replaceAll('"', '""')}"`);
  const lines = [columns.map((column) => cell(column.field)), ...rows.map((row) => columns.map((column) => cell(column.value(row))))];
  const blob = new Blob(['\ufeff', lines.map((line) => line.join(',')).join('\r\n'), '\r\n'], { type: 'text/csv' });
  const link = element('a', { href: URL.createObjectURL(blob), download: `${file}.csv` });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

const number = (title, field, value, help, show) => ({ title, field, value, help, show, number: true });
const text = (title, field, value, help, show) => ({ title, field, value, help, show });

function makeTables() {
  const indices = entities.map((_, index) => index);
  const near = (index, set) => set.near.has(index);
  const entityColumns = [
    text('Name', 'name', (index) => entities[index].name, 'Name in the gazetteer', chooser),
    text('Type', 'type', (index) => groupOf(entities[index]), 'Place, organisation or title'),
    text('Kind', 'kind', (index) => kindOf(entities[index]), 'Kind within the type'),
    text('Country', 'country', (index) => entities[index].country, 'Country, as ISO 3166 has it'),
    number('Documents', 'documents', documentsOf, 'Documents that mention it'),
    number('Mentions', 'mentions', mentionsOf, 'Mentions in all documents'),
    text('Id', 'id', (index) => entities[index].id, 'Id in the gazetteer'),
  ];
  table('table-entities', 'entities', 'Places, organisations and titles', entityColumns, indices.filter((index) => entities[index].group !== 'agency'), near, null, documentsOf);
  table('table-agencies', 'agencies', 'News agencies', entityColumns, indices.filter((index) => entities[index].group === 'agency'), null, 'None was mentioned.', documentsOf);
  const pairColumns = [
    text('First', 'first', (at) => entities[pairs[at][0]].name, 'A name', (at) => chooser(pairs[at][0])),
    text('Second', 'second', (at) => entities[pairs[at][1]].name, 'The other name', (at) => chooser(pairs[at][1])),
    number('Both', 'k11', (at) => cells(at).k11, 'Documents that mention both: k11', pairChooser),
    number('Only first', 'k12', (at) => cells(at).k12, 'Documents that mention the first alone: k12'),
    number('Only second', 'k21', (at) => cells(at).k21, 'Documents that mention the second alone: k21'),
    number('Neither', 'k22', (at) => cells(at).k22, 'Documents that mention neither: k22'),
    // Measures are those of the whole time: beside the cells of a period they would be wrong.
    number('G²', 'g2', (at) => (period ? '' : pairs[at][3]), 'Log-likelihood ratio: how sure it is that the two have to do with each other', (at) => (period ? '–' : decimals(pairs[at][3], 1))),
    number('NPMI', 'npmi', (at) => (period ? '' : pairs[at][4]), '1: only together; 0: independent', (at) => (period ? '–' : decimals(pairs[at][4], 2))),
  ];
  const own = (at, set) => (focus.pair != null ? at === focus.pair : set.own.has(pairs[at][0]) || set.own.has(pairs[at][1]));
  table('table-pairs', 'pairs', 'Pairs', pairColumns, pairs.map((_, at) => at).filter(listed), own, null, jointOf);
  table('table-ties', 'network', 'Ties of the network', pairColumns, data.edges, own, null, jointOf);
  table('table-sources', 'sources', 'Sources', [
    text('Source', 'source', (row) => row.name, 'As the articles name it'),
    number('Documents', 'documents', (row) => row.documents, 'Documents of this source'),
    number('Mentions', 'mentions', (row) => row.mentions, 'Mentions in them'),
  ], facts.sources.listed, null, 'The articles do not say where they are from.');
  table('table-countries', 'countries', 'Countries', [
    text('Country', 'country', (row) => countryName(row.code), 'Name', (row) => element('button', { type: 'button', class: 'name', onclick: (event) => focusOn({ country: row.code }, event.currentTarget) }, name(countryName(row.code)))),
    text('Code', 'code', (row) => row.code, 'As ISO 3166 has it'),
    number('Documents', 'documents', (row) => documentsOfCountry(row.code), 'Documents that mention the country or a place in it'),
    number('Places', 'places', (row) => row.places, 'Places of it that were found'),
  ], facts.countries, (row, set) => (focus.country ? focus.country === row.code : set.near.has(countryEntity.get(row.code))), null, (row) => documentsOfCountry(row.code));
  const drawn = new Set(all('#map-svg circle[data-e]').map((circle) => Number(circle.dataset.e)));
  const shapes = new Set(all('#map-svg [data-c]').map((path) => path.dataset.c));
  const isShape = (entity) => entity.kind === 'place.country' && shapes.has(entity.country);
  const elsewhere = indices.filter((index) => entities[index].group === 'place' && !drawn.has(index) && !isShape(entities[index]));
  const why = (entity) => (entity.latitude == null ? 'its position is not known' : /^place\.(city|landmark|island|country|territory)$/.test(entity.kind) ? 'smaller than the circles shown, or off the map' : 'an area: a point would mean nothing');
  table('table-unmapped', 'not-on-the-map', 'Places that are not on the map', [
    ...entityColumns.slice(0, 1),
    text('Kind', 'kind', (index) => kindOf(entities[index]), 'Kind of place'),
    text('Why', 'why', (index) => why(entities[index]), 'Why it is not drawn'),
    entityColumns[4],
  ], elsewhere, near, null, documentsOf);
}
