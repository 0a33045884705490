// Pictures: what is dimmed, magnified and said about them.

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
    else if (hit && hit.dataset.p) {
      focusOn({ pair: Number(hit.dataset.p) }, svg);
      holdTip(event, ...tipOfPair(hit.dataset.p));
    } else if (focus) focusOn(null);
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
    if (p != null) {
      focusOn({ pair: Number(p) }, svg);
      holdTip(event, ...tipOfPair(p));
    } else if (e != null) focusOn({ entity: Number(e) }, svg);
    else if (focus) focusOn(null);
  });
  const n = data.matrix.length;
  byId('matrix-note').textContent = n
    ? `In how many documents two names occur together: the ${count(n)} names in most documents, without titles and news agencies. Neighbours belong to the same community, as the coloured bars say. The table of pairs has the numbers.`
    : 'The run has no names for it.';
}

// ---- a period in the pictures ----

/** The number of the shade of a count. */
function shadeOf(classes, n) {
  const found = classes.filter(([from]) => from <= n).pop();
  return n > 0 && found ? `q${found[1]}` : 'q';
}

function shade(node, classes, n) {
  node.classList.remove(...[...node.classList].filter((name) => /^q\d?$/.test(name)));
  node.classList.add(shadeOf(classes, n));
}

/** Shades and circles by the documents of the period, on the scale of the whole time. */
function paintPeriod() {
  all('#map-svg [data-c]').forEach((path) => shade(path, shades.map, documentsOfCountry(path.dataset.c)));
  const circles = (selector, least, size) => all(selector).forEach((circle) => {
    const { dataset } = circle;
    dataset.whole ??= dataset.r;
    const index = Number(dataset.e);
    const documents = documentsOf(index);
    // As the drawing makes them: the area beyond the least grows with the documents.
    const part = Math.sqrt(documents / Math.max(entities[index].documents, 1));
    dataset.r = period ? Math.max(least + (dataset.whole - least) * part, size) : dataset.whole;
    circle.classList.toggle('out', !documents);
  });
  circles('#map-svg circle[data-e]', 1.6, 2.2);
  circles('#network-svg circle[data-e]', 3.5, 3.5);
  all('.labels text[data-e]').forEach((label) => label.classList.toggle('out', !documentsOf(Number(label.dataset.e))));
  all('#network-svg line[data-p]').forEach((line) => line.classList.toggle('out', !jointOf(Number(line.dataset.p))));
  all('#matrix-svg rect[data-p]').forEach((cell) => shade(cell, shades.matrix, jointOf(Number(cell.dataset.p)) ?? 0));
}
