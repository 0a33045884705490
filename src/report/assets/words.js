// Words about the run.

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

  writeTop();

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

/** The names in most articles, of the chosen period if one is. */
function writeTop() {
  const topical = entities.map((_, index) => index).filter((index) => !['agency', 'title'].includes(entities[index].group));
  if (period) topical.sort((a, b) => documentsOf(b) - documentsOf(a));
  const indices = topical.filter(documentsOf).slice(0, 10);
  const most = indices.length ? documentsOf(indices[0]) : 1;
  byId('top-of').textContent = period ? `, ${periodName()}` : '';
  byId('top').replaceChildren(...indices.map((index) => {
    const documents = documentsOf(index);
    return element('li', {}, chooser(index), element('meter', { min: 0, max: most, value: documents, 'aria-label': `documents that mention ${nameOf(index)}` }), element('span', { class: 'number' }, count(documents)));
  }));
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

const languageName = (code) => {
  try {
    return code ? new Intl.DisplayNames(undefined, { type: 'language' }).of(code) : 'not known';
  } catch {
    return code;
  }
};

function writeQuality() {
  const { books, dates, notes, totals, rejected_by_reason: reasons, inputs } = manifest;
  const home = byId('quality-text');
  const list = (title, rows, ...more) => {
    const filled = rows.filter((row) => row);
    if (!filled.length) return;
    home.append(element('h3', {}, title), element('dl', { class: 'account' }, ...filled.map(([term, n, note]) => element('div', {}, element('dt', {}, term), element('dd', {}, count(n), note ? element('small', {}, ` ${note}`) : null)))), ...more);
  };
  list('Records', [
    ['seen', books.seen, `= counted + empty + copies + rejected${books.filtered ? ' + not wanted' : ''}`],
    ['counted', books.counted, share(books.counted, books.seen)],
    ['empty', books.empty, 'without any text'],
    ['copies', books.duplicate, 'the same record once more'],
    ['rejected', books.rejected, 'rejects.jsonl of the run lists each with file and place'],
    books.filtered ? ['not wanted', books.filtered, 'outside of the days or languages that the run was to count'] : null,
  ]);
  list('Why records were rejected', Object.entries(reasons).map(([reason, n]) => [visible(reason), n]));
  list('Dates', [
    ['read', dates.read, share(dates.read, books.counted)],
    dates.named ? ['from an address or a file name', dates.named, share(dates.named, books.counted)] : null,
    ['missing', dates.missing, dates.missing ? share(dates.missing, books.counted) : ''],
    ['not understood', dates.unreadable, dates.unreadable ? share(dates.unreadable, books.counted) : ''],
    dates.impossible ? ['before 1600 or after 2199', dates.impossible, 'placeholders and errors'] : null,
    timeline.outside ? ['outside of the timeline', timeline.outside, 'dated long before or after all others'] : null,
  ]);
  const { stories } = quality;
  if (stories) {
    const said = 'Every number on this page counts articles, copies included; dateline top --count stories counts each story once.';
    list('Copies of one article', [
      ['articles', books.counted],
      ['stories', stories.stories, 'an article and its copies, whatever their headlines and endings, are one'],
      ['copies beyond the first', books.counted - stories.stories, share(books.counted - stories.stories, books.counted)],
      stories.copied ? ['stories with copies', stories.copied, `the most copied has ${of(stories.most, 'article', 'articles')}`] : null,
    ], stories.copied ? element('p', { class: 'note' }, said) : '');
  } else {
    home.append(element('h3', {}, 'Copies of one article'), element('p', { class: 'note' }, books.counted > quality.compared ? `Not looked for in runs of more than ${of(quality.compared, 'article', 'articles')}; dateline top --count stories does.` : 'Not known: the run has no signatures of its articles.'));
  }
  const languages = facts.languages;
  const only = languages.length === 1 && !languages[0][0];
  list('Languages', only ? [] : languages.map(([code, n]) => [languageName(code), n, share(n, books.counted)]));
  const passed = inputs.reduce((sum, input) => sum + (input.passed_over || 0), 0);
  list('What is odd about articles that were counted', [
    ['share their id with another', notes.shared_ids, notes.differing_ids ? `${count(notes.differing_ids)} with one of another text` : ''],
    ['hold HTML or XML markup', notes.markup, 'its words were read as text'],
    ['hold half a character', notes.replaced, 'read as U+FFFD'],
    ['not in English', notes.not_english, `of ${of(notes.language_judged, 'article', 'articles')} long enough to judge; the rules are for English`],
    facts.sources.unnamed ? ['without a source', facts.sources.unnamed] : null,
    passed ? ['transfers without a page', passed, 'in crawls: images, requests, redirections'] : null,
  ]);
  writeRoundUps(home);
  home.append(element('h3', {}, 'Names that several entities share'));
  writeShared(home);
  home.append(element('h3', {}, 'What this page leaves out'), element('ul', {},
    element('li', {}, `It lists ${count(entities.length)} of ${of(totals.entities, 'name', 'names')}: those in most documents, the places in most documents, and every country.`),
    element('li', {}, `It lists ${count(facts.pairs_listed)} pairs of ${of(facts.pairs_eligible, 'pair', 'pairs')} that occur together more often than by chance, in ${of(facts.least_joint, 'document', 'documents')} or more${facts.least_each > 1 ? `, each in ${count(facts.least_each)} or more` : ''}, among these names; the run has ${of(totals.pairs, 'pair', 'pairs')}. Titles are not paired with titles, and news agencies with nothing.`),
    facts.sources.others ? element('li', {}, `${of(facts.sources.others, 'article is', 'articles are')} of sources that are not listed.`) : '',
    data.sentences
      ? element('li', {}, `Sentences of up to ${of(data.sentences.per_subject, 'article', 'articles')} for each name and pair, ${bytes(data.sentences.most_bytes)} in all at most${data.sentences.left_out ? `; for ${of(data.sentences.left_out, 'name or pair', 'names and pairs')} there was no room` : ''}.`)
      : element('li', {}, 'It holds nothing of the texts of the articles.'),
    element('li', {}, 'A name of more than 200 characters is cut. ', element('code', {}, 'dateline export'), ' writes everything.')));
  home.append(element('p', { class: 'note' }, 'Names were found by a gazetteer and by rules. Both make mistakes: look at some of the mentions behind a number before you rely on it. ', element('code', {}, 'dateline audit RUN'), ' lists the names that are most likely to be wrong, ', element('code', {}, 'dateline show RUN --entity NAME'), ' the sentences behind a number.'));
}

/** Articles that name so many entities that not all of their pairs are counted. */
function writeRoundUps(home) {
  const [policy, limit] = quality.policy.split(':');
  const n = manifest.totals.round_ups || 0;
  const much = limit ? count(Number(limit)) : '';
  const rule = policy === 'keep' ? 'All pairs of every article are counted, however many names it has.'
    : policy === 'cap' ? `Of an article that has more than ${much} names, only pairs among the ${much} that it mentions most are counted.`
      : `Of an article that has more than ${much} names, no pairs are counted.`;
  const found = policy === 'keep' ? '' : n ? ` This concerns ${of(n, 'article', 'articles')}:` : ' The run has no such article.';
  home.append(element('h3', {}, 'Articles with very many names'), element('p', {}, rule + found));
  if (quality.round_ups.length) {
    const item = (row) => element('li', {}, name(row.id), row.source ? element('span', {}, ' (', name(row.source), ')') : '', `: ${of(row.names, 'name', 'names')}`);
    home.append(element('ul', {}, ...quality.round_ups.map(item)));
    if (n > quality.round_ups.length) home.append(element('p', { class: 'note' }, `The ${count(quality.round_ups.length)} with most names.`));
  }
}

/** Names that can be confused. */
function writeShared(home) {
  const known = new Map(entities.map((entity, index) => [entity.id, index]));
  home.append(
    element('p', { class: 'note' }, 'Each of these names belongs to two or more entities that were counted, so that an article may have been counted for the wrong one; those where most is at stake come first. The run does not store which name an article used: the numbers are all documents of the entity. ', element('code', {}, 'dateline audit RUN --ambiguous'), ' reads the articles and says how often each name was counted for which.'),
    element('div', { id: 'table-shared' }),
  );
  const place = (entity) => [kindOf(entity), entity.country].filter((text) => text).map(visible).join(', ');
  const shown = (entity) => [known.has(entity.id) ? chooser(known.get(entity.id)) : name(entity.name), ` (${place(entity)}): ${count(entity.documents)}`];
  const rest = (row) => row.entities.slice(1).flatMap((entity, at) => [at ? '; ' : '', ...shown(entity)]).concat(row.more ? [` and ${count(row.more)} more`] : []);
  table('table-shared', 'shared-names', 'Names that several entities share', [
    text('Name', 'name', (row) => row.names.join(', '), 'As written'),
    text('Mostly', 'first', (row) => row.entities[0].id, 'The entity in most documents', (row) => element('span', {}, ...shown(row.entities[0]))),
    text('But also', 'others', (row) => row.entities.slice(1).map((entity) => entity.id).join(' '), 'The other entities that were counted', (row) => element('span', {}, ...rest(row))),
    number('At stake', 'stake', (row) => row.entities[1].documents, 'Documents of the second entity'),
  ], quality.shared, null, 'None of the names belongs to two entities that were counted.', 0);
}

// ---- what was asked for beside the run ----

// Hides a part of the page and the link to it if there is nothing to show; says whether there is.
function isShown(id, content) {
  byId(id).hidden = !content;
  byId(`link-${id}`).hidden = !content;
  return Boolean(content);
}

function writeHolders() {
  const { offices } = data;
  if (!isShown('holders', offices)) return;
  byId('holders-note').textContent = `Who is introduced with which title, as the articles say it, and the first and the last day on which one does. Former holders whom articles still introduce so are among them. ${offices.n > offices.rows.length ? `The ${count(offices.rows.length)} in most documents of ${count(offices.n)}; dateline holders lists all.` : ''}`;
  table('table-holders', 'holders', 'Office-holders', [
    text('Office', 'title', (row) => row.title, 'The title'),
    text('Of', 'of', (row) => row.of, 'The country, place or organisation beside the title, if one is'),
    text('Name', 'name', (row) => row.name, 'As written after the title'),
    text('First', 'first', (row) => row.first, 'First day on which an article says so'),
    text('Last', 'last', (row) => row.last, 'Last day'),
    number('Documents', 'documents', (row) => row.documents, 'Documents that say so'),
  ], offices.rows, null, 'No article introduces anybody with a title.', 0);
}

function writeComparison() {
  const { comparison } = data;
  if (!isShown('compare', comparison)) return;
  const { sides, rows } = comparison;
  const title = (side) => name(sides[side].name);
  byId('compare-title').replaceChildren(title(0), ' and ', title(1));
  const facts = (side) => [
    ['articles', count(side.articles)],
    ['time', side.first_day ? (side.first_day === side.last_day ? day(side.first_day) : `${day(side.first_day)} to ${day(side.last_day)}`) : 'no dates'],
    ['sources', side.sources ? count(side.sources) : 'not named'],
    ['mentions', count(side.mentions)],
    ['different names', count(side.names)],
  ];
  byId('sides').append(...sides.map((side) => element('div', {},
    element('h3', {}, name(side.name)),
    element('dl', { class: 'side' }, ...facts(side).flatMap(([term, value]) => [element('dt', {}, term), element('dd', {}, value)])),
    element('h4', {}, 'In most articles'),
    element('ol', { class: 'firsts' }, ...side.top.map(([entity, documents]) => element('li', {}, name(entity), ` ${share(documents, side.articles)}`))),
  )));
  const note = byId('compare-note');
  note.append(comparison.parts ? 'Two parts of the run. ' : element('span', {}, 'All else on this page is about ', title(0), ' alone. '));
  if (comparison.same_inputs) note.append(bold(`${of(comparison.same_inputs, 'file was', 'files were')} read for both`), ': the test of differences takes their articles for different ones. ');
  if (comparison.differences.length) note.append(bold('They were not counted in the same way'), `, so numbers may differ for this reason (${comparison.differences.map(visible).join('; ')}). `);
  note.append(`A bar says how many times as often a name is in the articles of one side as in those of the other; drawn are the surest differences, by G², which is above 10.83 by chance less than once in a thousand. Many names are compared (${count(comparison.compared)}), so a few of that size are chance. Titles and news agencies are left out.`);
  if (!byId('compared-svg')) byId('compare-figure').replaceChildren(element('p', {}, 'No name differs by more than chance.'));
  const rate = (row, side) => row.documents[side] / Math.max(sides[side].articles, 1);
  const shareOf = (side) => number(`Share ${side ? 'B' : 'A'}`, side ? 'share_b' : 'share_a', (row) => rate(row, side), `Share of the articles of ${visible(sides[side].name)}`, (row) => share(row.documents[side], sides[side].articles));
  byId('compare-key').append('A is ', title(0), ', B is ', title(1), '.');
  table('table-compared', 'compared', 'Names compared', [
    text('Name', 'name', (row) => row.name, 'Name in the gazetteer', (row) => (row.entity != null ? chooser(row.entity) : name(row.name))),
    text('Kind', 'kind', (row) => kindOf(row), 'Kind within the type'),
    number('In A', 'documents_a', (row) => row.documents[0], `Documents of ${visible(sides[0].name)} that mention it`),
    number('In B', 'documents_b', (row) => row.documents[1], `Documents of ${visible(sides[1].name)} that mention it`),
    shareOf(0),
    shareOf(1),
    number('Log ratio', 'log_ratio', (row) => row.log_ratio, 'How much more often in A, in powers of two: 1 is twice as often, -1 half as often', (row) => decimals(row.log_ratio, 2)),
    number('G²', 'g2', (row) => row.g2, 'How sure the difference is', (row) => decimals(row.g2, 1)),
  ], rows, null, 'Neither has a name.', 0);
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
