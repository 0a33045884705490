// The timeline, and the period that is chosen on it.

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
    return one.documents.map((documents, bin) => ({ one, bin, documents })).filter(({ bin }) => timeline.bins[bin].documents > 0 && isBinIn(bin));
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
  ], [], null, null, 0);
  showPanels();
}

// ---- the period ----

const SVG = 'http://www.w3.org/2000/svg';

/** Chooses slices, or with nothing all of them. */
function choosePeriod(chosen) {
  const last = slices.first_bins.length - 1;
  period = chosen && !(chosen[0] === 0 && chosen[1] === last) ? chosen : null;
  hideTip();
  showPeriod();
  writeTop();
  showCard();
  showAll();
}

function showPeriod() {
  const last = slices.first_bins.length - 1;
  const [from, to] = period || [0, last];
  byId('from').value = from;
  byId('to').value = to;
  const clearing = byId('clear-period');
  clearing.hidden = !period;
  byId('all-time').disabled = !period;
  if (period) clearing.textContent = `${periodName()} ×`;
  const said = byId('period-said');
  said.replaceChildren();
  if (period) {
    said.append(bold(of(articles(), 'article', 'articles')), ` ${whole()}. The map, the matrix, the lists of names, countries and pairs${data.sentences ? ', and the sentences' : ''} now count these alone, on the scales of the whole time; ties of the network without a document in it are faint. `);
    const kept = Object.keys(slices.pairs).filter((at) => listed(Number(at))).length;
    if (kept < facts.pairs_listed) said.append(`Pairs are known by period for ${count(kept)} of the ${count(facts.pairs_listed)} listed; the others are left out of the table. `);
    said.append(`Of the whole time remain: G², NPMI and communities, what rose and fell, sources, ${data.comparison ? 'the comparison, ' : ''}${data.offices ? 'office-holders, ' : ''}and the quality of the data.`);
  }
  all('rect.span').forEach((rect) => rect.classList.toggle('chosen', Boolean(period)));
  const edge = (rect, bin) => Number(rect.dataset.left) + ((rect.dataset.right - rect.dataset.left) * bin) / timeline.bins.length;
  all('rect.span').forEach((rect) => {
    const [x, end] = [edge(rect, firstBin(from)), edge(rect, lastBin(to) + 1)];
    rect.setAttribute('x', x);
    rect.setAttribute('width', Math.max(end - x, 1));
  });
}

function makePeriod() {
  const home = byId('period');
  home.hidden = slices.first_bins.length < 2;
  if (home.hidden) return;
  const label = (bin) => timeline.bins[bin].label;
  const options = (bin) => slices.first_bins.map((_, slice) => element('option', { value: slice }, label(bin(slice))));
  const [from, to] = [byId('from'), byId('to')];
  from.append(...options(firstBin));
  to.append(...options(lastBin));
  // The other end follows, so that the period is never empty.
  from.addEventListener('change', () => choosePeriod([Number(from.value), Math.max(Number(from.value), Number(to.value))]));
  to.addEventListener('change', () => choosePeriod([Math.min(Number(from.value), Number(to.value)), Number(to.value)]));
  byId('all-time').addEventListener('click', () => choosePeriod(null));
  byId('clear-period').addEventListener('click', () => choosePeriod(null));
  // The chosen time is marked in every panel.
  all('.panel svg').forEach((svg) => {
    const rect = document.createElementNS(SVG, 'rect');
    const { left, right } = svg.dataset;
    for (const [key, value] of Object.entries({ class: 'span', x: left, y: 28, width: 0, height: 82, 'data-left': left, 'data-right': right })) rect.setAttribute(key, value);
    svg.append(rect);
  });
  const svg = byId('volume-svg');
  svg.setAttribute('preserveAspectRatio', 'none');
  byId('volume-first').textContent = timeline.bins[0].label;
  byId('volume-last').textContent = timeline.bins[timeline.bins.length - 1].label;
  byId('volume-most').textContent = `at most ${of(Math.max(...timeline.bins.map((bin) => bin.documents)), 'article', 'articles')} a ${timeline.unit}`;
  const binAt = (event) => {
    const box = svg.getBoundingClientRect();
    const at = Math.floor(((event.clientX - box.left) / box.width) * timeline.bins.length);
    return Math.min(Math.max(at, 0), timeline.bins.length - 1);
  };
  const sliceAt = (event) => {
    const bin = binAt(event);
    return slices.first_bins.findLastIndex((first) => first <= bin);
  };
  let begun = null;
  let clicked = null;
  svg.addEventListener('pointerdown', (event) => {
    begun = sliceAt(event);
    svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener('pointermove', (event) => {
    if (begun == null) {
      const bin = timeline.bins[binAt(event)];
      showTip(event, element('b', {}, bin.label), element('span', {}, of(bin.documents, 'article', 'articles')));
      return;
    }
    const now = sliceAt(event);
    const next = [Math.min(begun, now), Math.max(begun, now)];
    if (String(next) !== String(period)) choosePeriod(next);
  });
  svg.addEventListener('pointerup', (event) => {
    if (begun == null) return;
    const now = sliceAt(event);
    const next = [Math.min(begun, now), Math.max(begun, now)];
    // Another click on the one slice that is chosen chooses all again.
    const again = now === begun && String(next) === String(clicked);
    choosePeriod(again ? null : next);
    clicked = now === begun && !again ? next : null;
    begun = null;
  });
  svg.addEventListener('pointercancel', () => {
    begun = null;
  });
  svg.addEventListener('pointerleave', hideTip);
  showPeriod();
}
