// The parts of a run, a field of cells for each kind: ten thousand parts are one picture. A state
// has a shape as well as a color.
import { h } from './dom.js';
import { count } from './format.js';

const STATES = { '!': 'failed', '~': 'late', '>': 'running', '#': 'done', '=': 'unchanged', '.': 'planned' };
const COLORS = { '!': '--red', '~': '--orange', '>': '--blue', '#': '--green', '=': '--green', '.': '--bar' };
const MOST_NAMED = 12;

/** Fields by kind, each with the place it stands in: the page may have been left and come back to. */
const fields = new Map();

function nodes({ lanes }) {
  return h('section', { class: 'card', id: 'grid' }, h('h2', {}, 'Parts'), lanes.map(lane => h('div', { 'data-key': lane.name },
    h('h3', {}, `${lane.name}: `, h('span', { class: 'quiet' }, counts(lane))),
    h('div', { class: 'field', id: `field-${lane.name}`, 'data-keep': true }),
    troubled(lane))));
}

function counts({ marks }) {
  return Object.entries(STATES).map(([mark, state]) => [marks.split(mark).length - 1, state])
    .filter(([n]) => n > 0).map(([n, state]) => `${count(n)} ${state}`).join(', ');
}

/** Those that failed or are late, by name. */
function troubled({ parts, marks }) {
  return ['!', '~'].map(mark => {
    const names = parts.filter((part, i) => marks[i] === mark);
    const more = names.length - MOST_NAMED;
    return names.length > 0 && h('p', { class: `note${mark === '!' ? ' error' : ''}` },
      `${STATES[mark]}: ${names.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${count(more)} more` : ''}`);
  });
}

function draw({ lanes }) {
  for (const lane of lanes) {
    const place = document.getElementById(`field-${lane.name}`);
    if (!place) {
      continue;
    }
    let field = fields.get(lane.name);
    if (!field || field.place !== place) {
      field = begin(place);
      fields.set(lane.name, field);
    }
    field.lane = lane;
    paint(field);
  }
}

/** An empty field; the part under the pointer, or chosen by the arrow keys, is named below it. */
function begin(place) {
  const canvas = h('canvas', { tabindex: 0, role: 'img' });
  const named = h('p', { class: 'quiet', role: 'status' });
  place.replaceChildren(h('div', { class: 'cells' }, canvas), named);
  const field = { place, canvas, named, chosen: null };
  const choose = i => {
    field.chosen = Math.max(0, Math.min(field.lane.parts.length - 1, i));
    paint(field);
  };
  canvas.onpointermove = event => {
    const i = Math.floor(event.offsetY / field.size) * field.columns + Math.floor(event.offsetX / field.size);
    if (i < field.lane.parts.length) {
      choose(i);
    }
  };
  canvas.onkeydown = event => {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -field.columns, ArrowDown: field.columns }[event.key];
    if (step) {
      event.preventDefault();
      choose(field.chosen == null ? 0 : field.chosen + step);
    }
  };
  return field;
}

function paint(field) {
  const { canvas, named, place, lane: { name, parts, marks }, chosen } = field;
  const n = marks.length;
  const size = n <= 300 ? 18 : n <= 3000 ? 12 : 6;
  const columns = Math.max(1, Math.min(n, Math.floor(place.clientWidth / size)));
  const sharp = devicePixelRatio || 1;
  const [width, height] = [columns * size, Math.ceil(n / columns) * size];
  canvas.width = width * sharp;
  canvas.height = height * sharp;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  Object.assign(field, { size, columns });
  const style = getComputedStyle(document.documentElement);
  const colors = Object.fromEntries(Object.entries(COLORS).map(([mark, color]) => [mark, style.getPropertyValue(color)]));
  const pen = canvas.getContext('2d');
  pen.scale(sharp, sharp);
  for (let i = 0; i < n; i++) {
    pen.fillStyle = pen.strokeStyle = colors[marks[i]];
    cell(pen, marks[i], (i % columns) * size, Math.floor(i / columns) * size, size - 2);
  }
  if (chosen != null) {
    pen.strokeStyle = style.getPropertyValue('--text');
    pen.lineWidth = 2;
    pen.strokeRect((chosen % columns) * size, Math.floor(chosen / columns) * size, size - 2, size - 2);
  }
  canvas.setAttribute('aria-label', `${name}: ${counts({ marks })}`);
  named.textContent = chosen == null ? '' : `${parts[chosen]}: ${STATES[marks[chosen]]}`;
}

/** Full when done or running, small when unchanged, crossed when failed, half when late. */
function cell(pen, mark, x, y, size) {
  if (mark === '=') {
    pen.fillRect(x + size / 4, y + size / 4, size / 2, size / 2);
  } else if (mark === '~') {
    pen.fillRect(x, y + size / 2, size, size / 2);
    pen.lineWidth = 1;
    pen.strokeRect(x + .5, y + .5, size - 1, size - 1);
  } else if (mark === '!') {
    pen.lineWidth = size / 4;
    pen.beginPath();
    pen.moveTo(x, y);
    pen.lineTo(x + size, y + size);
    pen.moveTo(x + size, y);
    pen.lineTo(x, y + size);
    pen.stroke();
  } else {
    pen.fillRect(x, y, size, size);
  }
}

addEventListener('resize', () => fields.forEach(field => field.place.isConnected && paint(field)));

export const grid = { nodes, draw };
