// How figures of runs went.
import { h } from './dom.js';
import { about, bytes, duration } from './format.js';

/** Steps of an axis, from one power to another. */
function powers(base, from, to) {
  return Array.from({ length: to - from }, (all, i) => base ** (from + i));
}

const UNITS = {
  ROWS: { format: about },
  BYTES: { format: bytes, steps: powers(2, 10, 45) },
  SHARE: { format: n => `${+(n * 100).toPrecision(2)} %` },
  NUMBER: { format: n => n.toFixed(2) },
  WHOLE: { format: n => n.toFixed(0), steps: [1, 2, 5, 10, 20, 50, 100, 500] },
  SECONDS: { format: duration },
};

const TIMES = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400, 604800];

const time = step => seconds => step >= 3600 ? `${seconds / 3600} h` : step >= 60 ? `${seconds / 60} min` : `${seconds} s`;

/** Plots by key, each with the element it stands in: the page may have been left and come back to. */
const plots = new Map();

/**
 * Places for charts, each given by a key, a title, a unit and tables: the seconds of a run and the figures that
 * were seen at them, each with its label and whether its line is dashed.
 */
function nodes(all) {
  return h('div', { class: 'two' }, all.map(({ key, title }) =>
    h('section', { class: 'card', 'data-key': key }, h('h2', {}, title),
      h('div', { class: 'chart', id: `chart-${key}`, 'data-keep': true, role: 'img',
        'aria-label': `${title} over the seconds of the run` }))));
}

function draw(all) {
  for (const each of all) {
    const place = document.getElementById(`chart-${each.key}`);
    if (!place) {
      continue;
    }
    const tables = each.tables.map(({ seconds, figures }) => [seconds, ...figures.map(figure => figure.values)]);
    const data = tables.length === 1 ? tables[0] : uPlot.join(tables);
    const figures = each.tables.flatMap(table => table.figures);
    const shape = figures.map(figure => figure.label).join();
    const plot = plots.get(each.key);
    if (plot && plot.place === place && plot.shape === shape) {
      plot.chart.setData(data);
    } else {
      place.replaceChildren();
      plots.set(each.key, { place, shape, chart: chart(UNITS[each.unit], figures, data, place) });
    }
  }
}

function chart(unit, figures, data, place) {
  const color = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const axis = { stroke: color('--quiet'), grid: { stroke: color('--bar') }, ticks: { stroke: color('--bar') } };
  return new uPlot({
    width: place.clientWidth || 400,
    height: 160,
    scales: { x: { time: false }, y: { range: (u, low, high) => [0, high > 0 ? high * 1.1 : 1] } },
    axes: [
      { ...axis, incrs: TIMES, values: (u, ticks, number, space, step) => ticks.map(time(step)) },
      { ...axis, size: 70, incrs: unit.steps, values: (u, ticks) => ticks.map(unit.format) },
    ],
    series: [
      { label: 'time', value: (u, seconds) => seconds == null ? '' : duration(seconds) },
      ...figures.map(({ label, dash }, i) => ({
        label, stroke: color(`--c${i}`), width: 2, dash: dash ? [6, 4] : undefined,
        value: (u, value, series, at) => latest(u.data[series], at, unit.format),
      })),
    ],
  }, data, place);
}

/** What was seen at a time, or last before it: two runs were not looked at in the same moments. */
function latest(values, at, format) {
  for (let i = at; i != null && i >= 0; i--) {
    if (values[i] != null) {
      return format(values[i]);
    }
  }
  return '–';
}

addEventListener('resize', () => plots.forEach(({ chart, place }) =>
  place.isConnected && chart.setSize({ width: place.clientWidth, height: 160 })));

export const charts = { nodes, draw };
