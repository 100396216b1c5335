// Two runs beside each other: what differs, and by how much. The server has compared them.
import { h } from './dom.js';
import { duration, moment } from './format.js';
import { badge } from './runs.js';
import { legend, shares } from './stages.js';
import { charts } from './charts.js';

const address = (one, other) => `#/compare/${one}/${other}`;

export function compare(found, id, otherId, latest) {
  if (!found) {
    return {
      title: 'Millrace',
      nodes: [h('h1', {}, 'No such run'), h('p', {}, `The history has no run ${id}.`)],
    };
  }
  const { run, other, comparison } = found;
  const plots = comparison ? comparison.plots.map(plot) : [];
  return {
    title: `Compared: ${run.pipeline} – Millrace`,
    nodes: [
      h('h1', {}, 'Two runs of ', run.pipeline),
      h('div', { class: 'two' },
        side('This run', run, h('a', { href: `#/run/${run.id}` }, run.id)),
        side('The other', other, choice(found, id, otherId, latest),
          other && h('a', { href: `#/run/${other.id}` }, 'Open'),
          other && h('a', { href: address(other.id, run.id) }, 'Swap them'))),
      !comparison && h('p', { class: 'note' }, otherId
        ? `The history has no run ${otherId}.`
        : 'There is no run before it that worked on the same. Choose another.'),
      comparison && other.pipeline !== run.pipeline && h('p', { class: 'note' },
        `The other is of another pipeline: ${other.pipeline}.`),
      comparison && settings(comparison.settings),
      comparison && h('section', { class: 'card', id: 'figures' }, h('h2', {}, 'Figures'),
        table(['Figure', 'This run', 'The other', 'Ratio'], comparison.figures.map(figure => line(figure)))),
      comparison && comparison.stages.length > 0 && stages(comparison.stages),
      plots.length > 0 && h('h2', { class: 'over' }, 'Over the time since each began'),
      plots.length > 0 && charts.nodes(plots),
    ],
    after: () => {
      const select = document.getElementById('other');
      if (select && otherId) {
        select.value = otherId;
      }
      charts.draw(plots);
    },
  };
}

function side(name, line, ...more) {
  return h('section', { class: 'card side' }, h('h2', {}, name, ' ', line && badge(line)),
    h('div', { class: 'choice' }, more),
    line && h('div', { class: 'quiet' },
      `started ${moment(line.started)} on ${line.host}, runner ${line.runner}, version ${line.code}, `
        + `took ${duration(line.totals.seconds)}`),
    line?.error && h('p', { class: 'note error' }, line.error));
}

/** Runs of the same pipeline first, those of the same configuration before the others. */
function choice({ run, other, choices }, id, otherId, latest) {
  const known = new Set([id, ...choices.map(each => each.id)]);
  const option = each => h('option', { value: each.id },
    `${moment(each.started)}, ${each.status.toLowerCase()}, ${duration(each.seconds ?? each.totals?.seconds)}`
      + (each.pipeline === run.pipeline ? '' : `, ${each.pipeline}`));
  const group = (name, all) => all.length > 0 && h('optgroup', { label: name, 'data-key': name }, all.map(option));
  const rest = latest.filter(each => !known.has(each.id) && each.pipeline !== run.pipeline);
  const isListed = !other || known.has(other.id) || rest.some(each => each.id === other.id);
  return h('select', { id: 'other', 'aria-label': 'The run to compare with',
    onchange: event => { location.hash = address(id, event.target.value); } },
  !otherId && h('option', { value: '' }, 'Choose a run'),
  !isListed && option(other),
  group('Same configuration', choices.filter(each => each.same_configuration)),
  group('Another configuration', choices.filter(each => !each.same_configuration)),
  group('Another pipeline', rest));
}

function settings(all) {
  const differing = all.filter(each => each.differs);
  const same = all.filter(each => !each.differs);
  const cells = each => h('tr', {}, h('th', { scope: 'row' }, each.name),
    h('td', { class: 'wide' }, each.run), h('td', { class: 'wide' }, each.other));
  const names = ['Name', 'This run', 'The other'];
  return h('section', { class: 'card', id: 'settings' }, h('h2', {}, 'Configuration'),
    differing.length === 0 ? h('p', { class: 'quiet' }, 'Nothing differs.') : table(names, differing.map(cells)),
    h('details', {}, h('summary', {}, `${same.length} ${same.length === 1 ? 'is' : 'are'} the same`),
      table(names, same.map(cells))));
}

function table(names, rows) {
  return h('div', { class: 'scroll' }, h('table', {},
    h('thead', {}, h('tr', {}, names.map((name, i) =>
      h('th', { scope: 'col', class: names.length === 4 && i > 0 && 'n' }, name)))),
    h('tbody', {}, rows)));
}

/** A ratio that is far from 1 is marked. */
const line = ({ name, run, other, ratio, far }) => h('tr', { class: far && 'far' },
  h('th', { scope: 'row' }, name), h('td', { class: 'n' }, run), h('td', { class: 'n' }, other),
  h('td', { class: 'n' }, ratio));

function stages(all) {
  const bar = (name, stage) => h('div', { class: 'beside' }, h('span', { class: 'quiet' }, name),
    h('span', { class: 'n' }, stage ? stage.seconds : '–'),
    h('div', {}, stage && h('div', { style: { width: `${Math.max(0.5, stage.length * 100)}%` } }, shares(stage.shares))));
  return h('section', { class: 'card', id: 'stages' }, h('h2', {}, 'Stages: seconds of their threads'),
    all.map(({ name, run, other, ratio, far }) => h('div', { class: 'pair', 'data-key': name },
      h('h3', {}, name, ' ', h('span', { class: far ? 'far' : 'quiet' }, ratio)),
      bar('this run', run), bar('the other', other))),
    legend(all.flatMap(({ run, other }) => [run, other]).flatMap(stage => stage ? Object.keys(stage.shares) : [])));
}

function plot({ title, unit, run, other }) {
  return { key: title.toLowerCase().replace(/[^a-z]+/g, '-'), title, unit, tables: [
    { seconds: run.seconds, figures: [{ label: 'this run', values: run.values }] },
    { seconds: other.seconds, figures: [{ label: 'the other', values: other.values, dash: true }] },
  ] };
}
