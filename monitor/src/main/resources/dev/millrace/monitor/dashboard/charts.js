// How the figures of a run went.
import { h } from './dom.js';
import { about, bytes } from './format.js';

/** Steps of an axis, from one power to another. */
function powers(base, from, to) {
  return Array.from({ length: to - from }, (all, i) => base ** (from + i));
}

const GROUPS = [
  { key: 'rows', title: 'Rows per second', format: about, figures: {
    rows_read_per_second: 'read', rows_written_per_second: 'written' } },
  { key: 'memory', title: 'Memory', format: bytes, steps: powers(2, 10, 45), figures: {
    resident_bytes: 'resident', heap_live_bytes: 'heap, live', off_heap_bytes: 'off heap', held_bytes: 'held' } },
  { key: 'work', title: 'Processors in use, and share of time in collections', format: n => n?.toFixed(2), figures: {
    processors: 'processors', gc_share: 'collections' } },
  { key: 'pools', title: 'Connections in use', format: n => n?.toFixed(0), steps: [1, 2, 5, 10, 20, 50, 100, 500], figures: {
    'millrace_pool_connections{pool="read",state="active"}': 'read',
    'millrace_pool_connections{pool="write",state="active"}': 'write',
    'millrace_pool_connections{pool="lookup",state="active"}': 'lookup' } },
];

/** Plots by key, each with the element it stands in: the page may have been left and come back to. */
const plots = new Map();

const known = (group, series) => Object.keys(group.figures).filter(figure =>
  series.values[figure]?.some(value => value > 0));

function nodes(series) {
  return h('div', { class: 'two' }, GROUPS.filter(group => known(group, series).length > 0).map(group =>
    h('section', { class: 'card', 'data-key': group.key }, h('h2', {}, group.title),
      h('div', { class: 'chart', id: `chart-${group.key}`, 'data-keep': true, role: 'img',
        'aria-label': `${group.title} over the seconds of the run` }))));
}

function draw(series) {
  for (const group of GROUPS) {
    const place = document.getElementById(`chart-${group.key}`);
    if (!place) {
      continue;
    }
    const figures = known(group, series);
    const data = [series.seconds, ...figures.map(figure => series.values[figure])];
    const shape = figures.join();
    const plot = plots.get(group.key);
    if (plot && plot.place === place && plot.shape === shape) {
      plot.chart.setData(data);
    } else {
      place.replaceChildren();
      plots.set(group.key, { place, shape, chart: chart(group, figures, data, place) });
    }
  }
}

function chart(group, figures, data, place) {
  const color = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const axis = { stroke: color('--quiet'), grid: { stroke: color('--bar') }, ticks: { stroke: color('--bar') } };
  return new uPlot({
    width: place.clientWidth || 400,
    height: 160,
    scales: { x: { time: false }, y: { range: (u, low, high) => [0, high > 0 ? high * 1.1 : 1] } },
    axes: [
      { ...axis, values: (u, ticks) => ticks.map(tick => `${tick} s`) },
      { ...axis, size: 70, incrs: group.steps, values: (u, ticks) => ticks.map(group.format) },
    ],
    series: [
      { value: (u, seconds) => seconds == null ? '' : `${seconds} s` },
      ...figures.map((figure, i) => ({
        label: group.figures[figure], stroke: color(`--c${i}`), width: 2, dash: i > 1 ? [6, 4] : undefined,
        value: (u, value) => value == null ? '–' : group.format(value),
      })),
    ],
  }, data, place);
}

addEventListener('resize', () => plots.forEach(({ chart, place }) =>
  place.isConnected && chart.setSize({ width: place.clientWidth, height: 160 })));

export const charts = { nodes, draw };
