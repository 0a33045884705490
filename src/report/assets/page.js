'use strict';
// Makes the pictures answer, and fills the tables from the data in the page. Whatever comes from the data reaches the page as
// text, never as markup.
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const { facts, manifest } = data;
  const { entities, pairs, timeline } = facts;
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

  function cells(at) {
    const [a, b, k11] = pairs[at];
    const k12 = entities[a].contexts - k11;
    const k21 = entities[b].contexts - k11;
    return { k11, k12, k21, k22: facts.contexts - k11 - k12 - k21 };
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

  function tipOfEntity(index) {
    const entity = entities[index];
    const place = entity.country && entity.group === 'place' && entity.kind !== 'place.country' ? `, ${countryName(entity.country)}` : '';
    return [
      element('b', {}, name(entity.name)),
      element('span', {}, `${groupOf(entity)}${entity.group === 'other' ? '' : ` (${kindOf(entity)})`}${place}`),
      element('span', {}, `${of(entity.documents, 'document', 'documents')}, ${of(entity.mentions, 'mention', 'mentions')}`),
    ];
  }

  function tipOfPair(at) {
    const [a, b, , g2, npmi] = pairs[at];
    const { k11, k12, k21, k22 } = cells(at);
    const row = (what, value) => element('tr', {}, element('th', { scope: 'row' }, what), element('td', {}, count(value)));
    const first = nameOf(a);
    const second = nameOf(b);
    return [
      element('b', {}, name(first), ' – ', name(second)),
      element('table', {}, element('tbody', {}, row('both', k11), row(`only ${cut(first)}`, k12), row(`only ${cut(second)}`, k21), row('neither', k22))),
      element('span', {}, `G² ${decimals(g2, 1)}, NPMI ${decimals(npmi, 2)}`),
    ];
  }

  const cut = (text) => ([...text].length > 24 ? `${[...text].slice(0, 23).join('')}…` : text);

  function tipOfCountry(code) {
    const tally = countryTally.get(code);
    const [documents, places] = tally ? [tally.documents, tally.places] : [0, 0];
    return [
      element('b', {}, name(countryName(code))),
      element('span', {}, `${of(documents, 'document', 'documents')}, ${of(places, 'place', 'places')}`),
    ];
  }

  // ---- what everything is filtered by: one name, one country, or nothing ----

  let focus = null;
  const tables = [];
  const find = byId('find');
  const clear = byId('clear');

  function focusOn(chosen, from) {
    focus = chosen;
    const label = chosen && (chosen.country ? countryName(chosen.country) : nameOf(chosen.entity));
    clear.hidden = !chosen;
    if (chosen) find.value = label;
    else find.value = '';
    hideTip();
    showCard(from);
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
    const near = new Set([focus.entity]);
    ties[focus.entity].filter(listed).forEach((at) => near.add(partner(at, focus.entity)));
    return { own: new Set([focus.entity]), near };
  }

  const card = byId('focused');

  function showCard(from) {
    card.hidden = !focus;
    if (!focus) return;
    const section = from && from.closest('section');
    const home = section && section.querySelector('figure, .panels');
    if (home) home.after(card);
    else byId('lead').after(card);
    const close = element('button', { type: 'button', class: 'close', 'aria-label': 'Show all again', onclick: () => focusOn(null) }, '×');
    if (focus.country) {
      const tally = countryTally.get(focus.country) || { documents: 0, places: 0 };
      const places = entities.map((entity, index) => [entity, index]).filter(([entity]) => entity.country === focus.country && entity.group === 'place');
      card.replaceChildren(
        close,
        element('h3', {}, name(countryName(focus.country))),
        element('p', {}, `${of(tally.documents, 'document mentions', 'documents mention')} a place of this country, ${share(tally.documents, manifest.books.counted)} of all. ${of(tally.places, 'place', 'places')} of it were found.`),
        element('ul', { class: 'names' }, ...places.slice(0, 16).map(([entity, index]) => element('li', {}, chooser(index), ` ${count(entity.documents)}`))),
      );
      return;
    }
    const entity = entities[focus.entity];
    const strongest = ties[focus.entity].filter(listed).slice(0, 12);
    card.replaceChildren(
      close,
      element('h3', {}, name(entity.name)),
      element('p', {}, `${of(entity.mentions, 'mention', 'mentions')} in ${of(entity.documents, 'document', 'documents')}, ${share(entity.documents, manifest.books.counted)} of all. ${groupOf(entity)}, ${kindOf(entity)}${entity.country ? `, ${countryName(entity.country)}` : ''}; `, element('code', {}, visible(entity.id))),
      strongest.length
        ? element('p', {}, 'Belongs together most with (documents with both):')
        : element('p', {}, 'None of the pairs listed here has this name.'),
      element('ul', { class: 'names' }, ...strongest.map((at) => element('li', {}, chooser(partner(at, focus.entity)), ` ${count(pairs[at][2])}`))),
    );
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
      dim(line, Boolean(inNetwork && !touches));
      loud(line, Boolean(touches));
    });
    all('#matrix-svg [data-p]').forEach((cell) => {
      const [a, b] = pairs[cell.dataset.p];
      dim(cell, Boolean(inMatrix && !set.own.has(a) && !set.own.has(b)));
    });
    all('#matrix-svg [data-e]').forEach((text) => loud(text, Boolean(set && set.own.has(Number(text.dataset.e)))));
    views.forEach((view) => view.fit());
  }

  // ---- pictures that can be magnified ----

  const textSize = () => (document.documentElement.clientWidth < 720 ? 10.5 : 12);
  const FARTHEST = 14;
  const views = [];

  function magnifier(frame) {
    const svg = frame.querySelector('svg');
    const [, , width, height] = svg.getAttribute('viewBox').split(' ').map(Number);
    const view = { x: 0, y: 0, zoom: 1 };
    const scale = () => (svg.clientWidth / width) * view.zoom;
    const lines = new Map();
    all('[data-p]', svg).forEach((line) => {
      for (const index of pairs[line.dataset.p].slice(0, 2)) {
        if (!lines.has(index)) lines.set(index, []);
        lines.get(index).push(line);
      }
    });

    function fit() {
      const k = scale();
      if (!(k > 0)) return;
      const span = { w: width / view.zoom, h: height / view.zoom };
      view.x = Math.min(Math.max(view.x, 0), width - span.w);
      view.y = Math.min(Math.max(view.y, 0), height - span.h);
      svg.setAttribute('viewBox', `${view.x} ${view.y} ${span.w} ${span.h}`);
      svg.style.touchAction = view.zoom > 1 ? 'none' : 'pan-y';
      // Circles keep their size while the picture is magnified, so that they come apart.
      const base = Math.sqrt(svg.clientWidth / width);
      const grow = base / k;
      const size = textSize() / k;
      all('circle[data-r]', svg).forEach((circle) => circle.setAttribute('r', circle.dataset.r * grow));
      all('.legends circle[data-r]', frame.closest('figure')).forEach((circle) => circle.setAttribute('r', circle.dataset.r * Math.min(base, 1.05)));
      all('.labels', svg).forEach((group) => group.setAttribute('font-size', size));
      const set = inFocus();
      all('.labels text', svg).forEach((text) => {
        const { x, y, r, s, z, e } = text.dataset;
        const wanted = set && set.near.has(Number(e)) && set.near.size <= 25;
        const shown = wanted || k >= z * 0.98;
        text.setAttribute('display', shown ? 'inline' : 'none');
        if (!shown) return;
        const reach = r * grow + 3 / k;
        const line = size * 0.55;
        const [right, down] = s.split(' ').map(Number);
        text.setAttribute('x', Number(x) + right * reach);
        text.setAttribute('y', Number(y) + down * (reach + line));
      });
      buttons.forEach(([button, usable]) => {
        button.disabled = !usable();
      });
    }

    /** Magnifies about a point of the drawing. */
    function zoomBy(factor, px, py) {
      const zoom = Math.min(Math.max(view.zoom * factor, 1), FARTHEST);
      const x = px ?? view.x + width / view.zoom / 2;
      const y = py ?? view.y + height / view.zoom / 2;
      view.x = x - ((x - view.x) * view.zoom) / zoom;
      view.y = y - ((y - view.y) * view.zoom) / zoom;
      view.zoom = zoom;
      fit();
    }

    const button = (label, text, usable, act) => [element('button', { type: 'button', 'aria-label': label, title: label, onclick: act }, text), usable];
    const buttons = [
      button('Magnify', '+', () => view.zoom < FARTHEST, () => zoomBy(1.6)),
      button('Make smaller', '−', () => view.zoom > 1, () => zoomBy(1 / 1.6)),
      button('Show all of it', '⤢', () => view.zoom > 1, () => zoomBy(0)),
    ];
    frame.append(element('div', { class: 'zoom', role: 'group', 'aria-label': 'Magnification' }, ...buttons.map(([made]) => made)));

    const point = (event) => {
      const box = svg.getBoundingClientRect();
      return [view.x + ((event.clientX - box.left) / box.width) * (width / view.zoom), view.y + ((event.clientY - box.top) / box.height) * (height / view.zoom)];
    };

    /** What is under the pointer: a fingertip hits the nearest circle. */
    function under(event) {
      const hit = document.elementFromPoint(event.clientX, event.clientY);
      if (hit && svg.contains(hit) && hit.dataset.e != null) return hit;
      const [x, y] = point(event);
      const reach = (event.pointerType === 'touch' ? 18 : 5) / scale();
      let best = null;
      let least = reach;
      all('circle[data-e]', svg).forEach((circle) => {
        const distance = Math.hypot(circle.cx.baseVal.value - x, circle.cy.baseVal.value - y) - circle.r.baseVal.value;
        if (distance < least) [best, least] = [circle, distance];
      });
      return best || (hit && svg.contains(hit) ? hit : null);
    }

    const held = new Map();
    let moved = false;
    let node = null;
    let gap = 0;
    svg.addEventListener('pointerdown', (event) => {
      held.set(event.pointerId, event);
      moved = false;
      const hit = under(event);
      node = frame.dataset.drag != null && event.pointerType !== 'touch' && hit && hit.tagName === 'circle' ? hit : null;
      if (held.size === 2) gap = spread();
      hideTip();
    });
    const spread = () => {
      const [a, b] = [...held.values()];
      return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
    };
    svg.addEventListener('pointermove', (event) => {
      const before = held.get(event.pointerId);
      if (!before) {
        if (event.pointerType === 'mouse') hover(event);
        return;
      }
      const [dx, dy] = [event.clientX - before.clientX, event.clientY - before.clientY];
      if (!moved && Math.hypot(dx, dy) < 4) return;
      if (!moved) svg.setPointerCapture(event.pointerId);
      moved = true;
      held.set(event.pointerId, event);
      if (held.size === 2) {
        const now = spread();
        const [a, b] = [...held.values()].map(point);
        if (gap > 0) zoomBy(now / gap, (a[0] + b[0]) / 2, (a[1] + b[1]) / 2);
        gap = now;
      } else if (node) {
        moveNode(Number(node.dataset.e), ...point(event));
      } else if (view.zoom > 1) {
        view.x -= dx / scale();
        view.y -= dy / scale();
        fit();
      }
    });
    const release = (event) => held.delete(event.pointerId);
    svg.addEventListener('pointerup', release);
    svg.addEventListener('pointercancel', release);
    svg.addEventListener('pointerleave', () => hideTip());
    svg.addEventListener('click', (event) => {
      if (moved) return;
      const hit = under(event);
      if (hit && hit.dataset.e != null) focusOn({ entity: Number(hit.dataset.e) }, svg);
      else if (hit && hit.dataset.c) focusOn({ country: hit.dataset.c }, svg);
      else if (hit && hit.dataset.p) showTip(event, ...tipOfPair(hit.dataset.p));
      else if (focus) focusOn(null);
    });
    svg.addEventListener('dblclick', (event) => zoomBy(2, ...point(event)));
    svg.addEventListener('wheel', (event) => {
      // The wheel alone scrolls the page.
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      zoomBy(event.deltaY < 0 ? 1.25 : 0.8, ...point(event));
    }, { passive: false });

    function hover(event) {
      const hit = under(event);
      if (hit && hit.dataset.e != null) showTip(event, ...tipOfEntity(Number(hit.dataset.e)));
      else if (hit && hit.dataset.p) showTip(event, ...tipOfPair(hit.dataset.p));
      else if (hit && hit.dataset.c) showTip(event, ...tipOfCountry(hit.dataset.c));
      else hideTip();
    }

    function moveNode(index, x, y) {
      const at = (value, most) => Math.min(Math.max(value, 8), most - 8);
      const [cx, cy] = [at(x, width), at(y, height)];
      node.setAttribute('cx', cx);
      node.setAttribute('cy', cy);
      (lines.get(index) || []).forEach((line) => {
        const end = pairs[line.dataset.p][0] === index ? '1' : '2';
        line.setAttribute(`x${end}`, cx);
        line.setAttribute(`y${end}`, cy);
      });
      all(`.labels [data-e="${index}"]`, svg).forEach((text) => Object.assign(text.dataset, { x: cx, y: cy }));
      fit();
    }

    new ResizeObserver(fit).observe(svg);
    views.push({ fit });
    fit();
  }

  // ---- tables ----

  const ROWS = 12;

  /**
   * A table that can be sorted, searched and saved. A column is `{ title, help, value, show }`: what it is sorted and saved
   * by, and how it is shown. `keep` says which rows the focus leaves.
   */
  function table(home, file, caption, columns, rows, keep, none) {
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
      const filtered = left.length < rows.length ? ` that match, of ${count(rows.length)}` : '';
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
      number('Documents', 'documents', (index) => entities[index].documents, 'Documents that mention it'),
      number('Mentions', 'mentions', (index) => entities[index].mentions, 'Mentions in all documents'),
      text('Id', 'id', (index) => entities[index].id, 'Id in the gazetteer'),
    ];
    table('table-entities', 'entities', 'Places, organisations and titles', entityColumns, indices.filter((index) => entities[index].group !== 'agency'), near);
    table('table-agencies', 'agencies', 'News agencies', entityColumns, indices.filter((index) => entities[index].group === 'agency'), null, 'None was mentioned.');
    const pairColumns = [
      text('First', 'first', (at) => entities[pairs[at][0]].name, 'A name', (at) => chooser(pairs[at][0])),
      text('Second', 'second', (at) => entities[pairs[at][1]].name, 'The other name', (at) => chooser(pairs[at][1])),
      number('Both', 'k11', (at) => cells(at).k11, 'Documents that mention both: k11'),
      number('Only first', 'k12', (at) => cells(at).k12, 'Documents that mention the first alone: k12'),
      number('Only second', 'k21', (at) => cells(at).k21, 'Documents that mention the second alone: k21'),
      number('Neither', 'k22', (at) => cells(at).k22, 'Documents that mention neither: k22'),
      number('G²', 'g2', (at) => pairs[at][3], 'Log-likelihood ratio: how sure it is that the two have to do with each other', (at) => decimals(pairs[at][3], 1)),
      number('NPMI', 'npmi', (at) => pairs[at][4], '1: only together; 0: independent', (at) => decimals(pairs[at][4], 2)),
    ];
    const own = (at, set) => set.own.has(pairs[at][0]) || set.own.has(pairs[at][1]);
    table('table-pairs', 'pairs', 'Pairs', pairColumns, pairs.map((_, at) => at).filter(listed), own);
    table('table-ties', 'network', 'Ties of the network', pairColumns, data.edges, own);
    table('table-sources', 'sources', 'Sources', [
      text('Source', 'source', (row) => row.name, 'As the articles name it'),
      number('Documents', 'documents', (row) => row.documents, 'Documents of this source'),
      number('Mentions', 'mentions', (row) => row.mentions, 'Mentions in them'),
    ], facts.sources.listed, null, 'The articles do not say where they are from.');
    table('table-countries', 'countries', 'Countries', [
      text('Country', 'country', (row) => countryName(row.code), 'Name', (row) => element('button', { type: 'button', class: 'name', onclick: (event) => focusOn({ country: row.code }, event.currentTarget) }, name(countryName(row.code)))),
      text('Code', 'code', (row) => row.code, 'As ISO 3166 has it'),
      number('Documents', 'documents', (row) => row.documents, 'Documents that mention the country or a place in it'),
      number('Places', 'places', (row) => row.places, 'Places of it that were found'),
    ], facts.countries, (row, set) => (focus.country ? focus.country === row.code : set.near.has(countryEntity.get(row.code))));
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
    ], elsewhere, near);
  }

  // ---- the timeline ----

  const panels = byId('panels');
  const series = new Map(timeline.series.map((one) => [one.entity, one]));
  let timelineTable = null;
  let everyPanel = false;

  function showPanels() {
    const set = inFocus();
    const made = all('.panel', panels);
    const matching = set ? made.filter((panel) => set.near.has(Number(panel.dataset.e))) : made;
    // The name itself comes first.
    made.sort((a, b) => a.dataset.e - b.dataset.e);
    if (set) made.sort((a, b) => set.own.has(Number(b.dataset.e)) - set.own.has(Number(a.dataset.e)));
    panels.replaceChildren(...made);
    const first = new Set(made.filter((panel) => matching.includes(panel)).slice(0, everyPanel ? Infinity : 12));
    made.forEach((panel) => {
      panel.hidden = !first.has(panel);
      panel.classList.toggle('loud', Boolean(set && !focus.country && set.own.has(Number(panel.dataset.e))));
    });
    const more = byId('more-panels');
    more.hidden = matching.length <= 12;
    more.textContent = everyPanel ? 'Show fewer' : `Show all ${count(matching.length)}`;
    sayTimeline(set, matching.length);
    const rows = [...first].flatMap((panel) => {
      const one = series.get(Number(panel.dataset.e));
      return one.documents.map((documents, bin) => ({ one, bin, documents })).filter(({ bin }) => timeline.bins[bin].documents > 0);
    });
    if (timelineTable) timelineTable.replace(rows);
  }

  function sayTimeline(set, n) {
    const note = byId('timeline-note');
    if (!timeline.bins.length) {
      note.textContent = 'No article has a date that can be read, so there is nothing to draw.';
      return;
    }
    const unit = { day: 'day', month: 'month', quarter: 'quarter', year: 'year' }[timeline.unit];
    const parts = [`The share of the articles of each ${unit} that mention a name, with its 95 % interval (Wilson): the fewer articles, the wider the band. Each panel has its own scale.`];
    if (timeline.undated) parts.push(`${of(timeline.undated, 'article has', 'articles have')} no readable date.`);
    if (timeline.outside) parts.push(`${of(timeline.outside, 'article is', 'articles are')} dated before or after this period and not drawn.`);
    if (set && !n) parts.push(`The page has timelines of the ${count(timeline.series.length)} most frequent names alone, and none of them is concerned.`);
    note.textContent = parts.join(' ');
  }

  function makeTimeline() {
    panels.addEventListener('pointermove', (event) => {
      const svg = event.target.closest('svg');
      const panel = event.target.closest('.panel');
      if (!svg || !panel) return hideTip();
      const box = svg.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width) * svg.viewBox.baseVal.width;
      const { left, right } = svg.dataset;
      const bin = Math.floor(((x - left) / (right - left)) * timeline.bins.length);
      const at = timeline.bins[bin];
      const one = series.get(Number(panel.dataset.e));
      if (!at) return showTip(event, element('b', {}, name(entities[one.entity].name)));
      const [low, high] = one.intervals[bin];
      const lines = at.documents
        ? [element('span', {}, `${count(one.documents[bin])} of ${of(at.documents, 'article', 'articles')}: ${share(one.documents[bin], at.documents)}`), element('span', {}, `95 % interval ${share(low, 1e5)} to ${share(high, 1e5)}`)]
        : [element('span', {}, 'no articles')];
      return showTip(event, element('b', {}, name(entities[one.entity].name), `, ${at.label}`), ...lines);
    });
    panels.addEventListener('pointerleave', hideTip);
    panels.addEventListener('click', (event) => {
      const panel = event.target.closest('.panel');
      if (panel) focusOn({ entity: Number(panel.dataset.e) }, panels);
    });
    byId('more-panels').addEventListener('click', () => {
      everyPanel = !everyPanel;
      showPanels();
    });
    timelineTable = table('table-timeline', 'timeline', 'Timeline', [
      text('Name', 'name', (row) => entities[row.one.entity].name, 'Name', (row) => chooser(row.one.entity)),
      text('Period', 'period', (row) => timeline.bins[row.bin].label, 'Day, month, quarter or year'),
      number('Documents', 'documents', (row) => row.documents, 'Documents that mention it'),
      number('Of', 'of', (row) => timeline.bins[row.bin].documents, 'Documents of the period'),
      number('Share', 'share', (row) => row.documents / timeline.bins[row.bin].documents, 'Share of the documents', (row) => share(row.documents, timeline.bins[row.bin].documents)),
      number('From', 'low', (row) => row.one.intervals[row.bin][0] / 1e5, 'Lower end of the 95 % interval', (row) => share(row.one.intervals[row.bin][0], 1e5)),
      number('To', 'high', (row) => row.one.intervals[row.bin][1] / 1e5, 'Upper end of the 95 % interval', (row) => share(row.one.intervals[row.bin][1], 1e5)),
    ], [], null);
    showPanels();
  }

  // ---- the matrix ----

  function makeMatrix() {
    const svg = byId('matrix-svg');
    svg.addEventListener('pointermove', (event) => {
      const { p, e } = event.target.dataset;
      if (p != null) showTip(event, ...tipOfPair(p));
      else if (e != null) showTip(event, ...tipOfEntity(Number(e)));
      else hideTip();
    });
    svg.addEventListener('pointerleave', hideTip);
    svg.addEventListener('click', (event) => {
      const { p, e } = event.target.dataset;
      if (p != null) showTip(event, ...tipOfPair(p));
      else if (e != null) focusOn({ entity: Number(e) }, svg);
      else if (focus) focusOn(null);
    });
    const n = data.matrix.length;
    byId('matrix-note').textContent = n
      ? `In how many documents two names occur together: the ${count(n)} names in most documents, without titles and news agencies. Neighbours belong to the same community, as the coloured bars say. The table of pairs has the numbers.`
      : 'The run has no names for it.';
  }

  // ---- words about the run ----

  function writeOverview() {
    const { books, totals } = manifest;
    const lead = byId('lead');
    const { first_day: first, last_day: last } = timeline;
    const sources = facts.sources.n;
    lead.append(bold(of(books.counted, 'article', 'articles')));
    if (sources) lead.append(' from ', bold(of(sources, 'source', 'sources')));
    if (first) lead.append(first === last ? `, published on ${day(first)},` : `, published between ${day(first)} and ${day(last)},`);
    lead.append(books.counted === 1 ? ' mentions ' : ' mention ', bold(of(totals.entities, 'name', 'different names')), ` ${count(totals.mentions)} times. `);
    const lost = [
      [books.empty, 'had no text'],
      [books.duplicate, 'were copies'],
      [books.rejected, 'could not be read'],
    ].filter(([n]) => n).map(([n, what]) => `${count(n)} ${n === 1 ? what.replace('were copies', 'was a copy') : what}`);
    lead.append(lost.length ? `Of ${of(books.seen, 'record', 'records')} seen, ${lost.join(', ')}; ` : `Every one of the ${of(books.seen, 'record', 'records')} seen was counted; `);
    lead.append(timeline.undated ? `${of(timeline.undated, 'article has', 'articles have')} no readable date.` : 'every article has a date.');

    const indices = entities.map((_, index) => index).filter((index) => !['agency', 'title'].includes(entities[index].group)).slice(0, 10);
    const most = indices.length ? entities[indices[0]].documents : 1;
    byId('top').append(...indices.map((index) => {
      const { documents } = entities[index];
      return element('li', {}, chooser(index), element('meter', { min: 0, max: most, value: documents, 'aria-label': `documents that mention ${nameOf(index)}` }), element('span', { class: 'number' }, count(documents)));
    }));

    const changes = byId('changes');
    if (!timeline.changes.length) {
      changes.append(element('p', { class: 'note' }, timeline.bins.length > 1 ? 'No name changed by more than chance between the first and the second half of the period.' : 'There is no period to compare.'));
    } else {
      const list = (rose) => timeline.changes.filter((change) => change.rose === rose).map((change) => element('li', {}, chooser(change.entity), ` ${share(...change.before)} → ${share(...change.after)}`));
      const [up, down] = [list(true), list(false)];
      changes.append(element('p', { class: 'note' }, `Share of the articles before and from ${timeline.changes[0].from}; only names whose 95 % intervals do not overlap.`));
      if (up.length) changes.append(element('h3', {}, 'More often'), element('ul', { class: 'plain' }, ...up));
      if (down.length) changes.append(element('h3', {}, 'Less often'), element('ul', { class: 'plain' }, ...down));
    }
  }

  const bytes = (n) => (n < 1e6 ? `${decimals(n / 1e3, 1)} kB` : n < 1e9 ? `${decimals(n / 1e6, 1)} MB` : `${decimals(n / 1e9, 1)} GB`);

  function writeAbout() {
    const { gazetteer, producer, settings, inputs } = manifest;
    const layers = gazetteer.names.map(visible).join(' + ');
    const about = byId('about');
    const item = (term, ...what) => about.append(element('dt', {}, term), element('dd', {}, ...what));
    item('Cite', `${visible(producer)}, run `, element('code', {}, data.digest), `, gazetteer ${layers}${gazetteer.data_date ? ` of ${visible(gazetteer.data_date)}` : ''} (`, element('code', {}, visible(gazetteer.fingerprint).slice(0, 12)), '). The digest names the settings, the inputs and the results: the same articles under the same settings have the same one.');
    const formats = new Map();
    inputs.forEach((input) => formats.set(input.format || 'not read', (formats.get(input.format || 'not read') || 0) + 1));
    item('Inputs', `${of(inputs.length, 'file', 'files')} (${[...formats].map(([format, n]) => `${count(n)} ${visible(format)}`).join(', ')}), ${bytes(inputs.reduce((sum, input) => sum + input.bytes, 0))}; the manifest of the run has the SHA-256 of each.`);
    item('Reproduce', element('code', {}, 'dateline analyze INPUT... --out RUN'), ' with the settings below, ', element('code', {}, 'dateline verify RUN'), ' to check the sums, ', element('code', {}, 'dateline report RUN --out report.html'), ' for this page.');
    item('Settings', element('code', { class: 'block' }, JSON.stringify(settings, null, 1).split('\n').map(visible).join('\n')));
    item('Gazetteer', `${layers}: ${of(gazetteer.entities, 'entity', 'entities')}, ${of(gazetteer.aliases, 'name', 'names')}.`);
    if (data.attribution) item('Attribution', data.attribution);
    item('Shapes', 'Natural Earth (public domain), by way of world-atlas, copyright 2013–2019 Michael Bostock (ISC licence).');
    byId('made').textContent = `${visible(producer)}, run ${data.digest.slice(0, 12)}. ${data.attribution || ''}`;
  }

  function writeQuality() {
    const { books, dates, notes, rejected_by_reason: reasons, inputs } = manifest;
    const home = byId('quality-text');
    const list = (title, rows) => {
      const filled = rows.filter((row) => row);
      if (filled.length) home.append(element('h3', {}, title), element('dl', { class: 'account' }, ...filled.map(([term, n, more]) => element('div', {}, element('dt', {}, term), element('dd', {}, count(n), more ? element('small', {}, ` ${more}`) : null)))));
    };
    list('Records', [
      ['seen', books.seen, '= counted + empty + copies + rejected'],
      ['counted', books.counted, share(books.counted, books.seen)],
      ['empty', books.empty, 'without any text'],
      ['copies', books.duplicate],
      ['rejected', books.rejected, 'rejects.jsonl of the run lists each with file and place'],
    ]);
    list('Why records were rejected', Object.entries(reasons).map(([reason, n]) => [visible(reason), n]));
    list('Dates', [
      ['read', dates.read, share(dates.read, books.counted)],
      dates.named ? ['from an address or a file name', dates.named, share(dates.named, books.counted)] : null,
      ['missing', dates.missing],
      ['not understood', dates.unreadable],
      dates.impossible ? ['before 1600 or after 2199', dates.impossible, 'placeholders and errors'] : null,
      timeline.outside ? ['outside of the timeline', timeline.outside, 'dated long before or after all others'] : null,
    ]);
    const passed = inputs.reduce((sum, input) => sum + (input.passed_over || 0), 0);
    list('What is odd about articles that were counted', [
      ['share their id with another', notes.shared_ids, notes.differing_ids ? `${count(notes.differing_ids)} with one of another text` : ''],
      ['hold HTML or XML markup', notes.markup, 'its words were read as text'],
      ['hold half a character', notes.replaced, 'read as U+FFFD'],
      ['not in English', notes.not_english, `of ${of(notes.language_judged, 'article', 'articles')} long enough to judge; the rules are for English`],
      facts.sources.unnamed ? ['without a source', facts.sources.unnamed] : null,
      passed ? ['transfers without a page', passed, 'in crawls: images, requests, redirections'] : null,
    ]);
    const { totals } = manifest;
    home.append(element('h3', {}, 'What this page leaves out'), element('ul', {},
      element('li', {}, `It lists ${count(entities.length)} of ${of(totals.entities, 'name', 'names')}: those in most documents, the places in most documents, and every country.`),
      element('li', {}, `It lists ${count(facts.pairs_listed)} pairs of ${of(facts.pairs_eligible, 'pair', 'pairs')} that occur together more often than by chance, in ${of(facts.least_joint, 'document', 'documents')} or more${facts.least_each > 1 ? `, each in ${count(facts.least_each)} or more` : ''}, among these names; the run has ${of(totals.pairs, 'pair', 'pairs')}. Titles are not paired with titles, and news agencies with nothing.`),
      facts.sources.others ? element('li', {}, `${of(facts.sources.others, 'article is', 'articles are')} of sources that are not listed.`) : null,
      element('li', {}, 'A name of more than 200 characters is cut. ', element('code', {}, 'dateline export'), ' writes everything.')));
    home.append(element('p', { class: 'note' }, 'Names were found by a gazetteer and by rules. Both make mistakes: look at some of the mentions behind a number before you rely on it (dateline tag, dateline explain).'));
  }

  function writeNotes() {
    const map = byId('map-note');
    const drawn = all('#map-svg circle[data-e]').length;
    map.textContent = facts.countries.length
      ? `${of(facts.countries.length, 'country', 'countries')} and ${of(drawn, 'other place', 'other places')}. Choose a place, and the other pictures and the tables show what goes with it. Drag to move, and press Ctrl while you turn the wheel to magnify.`
      : 'The run has no places in a known country.';
    byId('network-note').textContent = data.edges.length
      ? `The ${of(data.edges.length, 'strongest tie', 'strongest ties')} by log-likelihood (G²), without titles and news agencies.`
      : 'No two names occur together often enough to draw a tie.';
    if (!data.edges.length) byId('network').querySelector('figure').hidden = true;
    if (!data.matrix.length) byId('matrix').querySelector('figure').hidden = true;
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
    document.addEventListener('scroll', hideTip, { passive: true });
  }

  function markSection() {
    const links = new Map(all('.bar a').map((link) => [link.hash.slice(1), link]));
    const seen = new Set();
    const watch = new IntersectionObserver((entries) => {
      entries.forEach((entry) => (entry.isIntersecting ? seen.add(entry.target.id) : seen.delete(entry.target.id)));
      const current = [...links.keys()].find((id) => seen.has(id));
      links.forEach((link, id) => (id === current ? link.setAttribute('aria-current', 'true') : link.removeAttribute('aria-current')));
    }, { rootMargin: '-30% 0px -60% 0px' });
    all('main > section').forEach((section) => watch.observe(section));
  }

  writeOverview();
  writeAbout();
  writeQuality();
  writeNotes();
  makeTables();
  all('[data-zoom]').forEach(magnifier);
  makeMatrix();
  makeTimeline();
  makeFinder();
  markSection();
})();
