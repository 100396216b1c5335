// The list of runs.
import { h } from './dom.js';
import { about, bytes, count, duration, moment } from './format.js';
import { fired, firing, severity } from './alerts.js';
import { draw, list, older } from './app.js';

const STATES = ['running', 'done', 'failed', 'stopped', 'lost'];

export function runs(news) {
  const latest = news.runs;
  const known = new Set(latest.map(run => run.id));
  const all = [...latest, ...list.older.filter(run => !known.has(run.id))];
  const words = list.filter.toLowerCase();
  const chosen = all.filter(run => (!list.status || state(run) === list.status)
    && (!words || `${run.pipeline} ${run.id} ${run.runner} ${run.host}`.toLowerCase().includes(words)));
  const open = all.filter(run => state(run) === 'running');
  return {
    title: [news.firing.length && `${news.firing.length} ${news.firing.length === 1 ? 'alert' : 'alerts'}`,
      open.length && `${open.length} running`, 'Millrace'].filter(Boolean).join(' – '),
    nodes: [
      h('h1', {}, 'Runs'),
      firing(news.firing, news.time),
      fired(news.fired, news.time),
      h('div', { class: 'filters' },
        h('input', { type: 'search', id: 'filter', 'aria-label': 'Runs that contain', placeholder: 'Filter runs',
          oninput: event => { list.filter = event.target.value; draw(); } }),
        h('select', { id: 'status', 'aria-label': 'Status',
          onchange: event => { list.status = event.target.value; draw(); } },
        h('option', { value: '' }, 'any status'),
        STATES.map(name => h('option', { value: name }, name)))),
      all.length === 0 && h('p', { class: 'card' },
        'No run yet. What runs from now on appears here by itself.'),
      all.length > 0 && chosen.length === 0 && h('p', { class: 'card' }, 'No run is like that.'),
      chosen.length > 0 && h('div', { class: 'card scroll', id: 'runs' }, table(chosen, news.firing)),
      all.length >= 50 && !list.ended && h('button', { id: 'older', onclick: older }, 'Older runs'),
    ],
  };
}

/** In lower case, as a class of the page. */
export const state = run => run.status.toLowerCase();

export const badge = run => run.stalled
  ? h('span', { class: 'status stalled' }, 'stalled')
  : h('span', { class: `status ${state(run)}` }, state(run));

function table(all, alerts) {
  return h('table', {},
    h('thead', {}, h('tr', {},
      ['Status', 'Pipeline', 'Started'].map(name => h('th', { scope: 'col' }, name)),
      h('th', { class: 'n', scope: 'col' }, 'Took'),
      h('th', { class: 'n', scope: 'col' }, 'Rows'),
      h('th', { class: 'n', scope: 'col' }, 'Rows/s'),
      h('th', { class: 'n narrow-off', scope: 'col' }, 'Rejected'),
      h('th', { class: 'n narrow-off', scope: 'col' }, 'Memory'),
      h('th', { class: 'narrow-off', scope: 'col' }, 'Runner'))),
    h('tbody', {}, all.map(run => row(run, alerts.filter(alert => alert.run === run.id)))));
}

function row(run, alerts) {
  const { rows_written: rows, rows_rejected: rejected, seconds, peak_rss_bytes: memory } = run.totals;
  return h('tr', { 'data-key': run.id },
    h('td', {}, badge(run)),
    h('td', { class: 'wide' }, h('a', { href: `#/run/${run.id}` }, run.pipeline),
      alerts.length > 0 && h('div', {}, alerts.map(alert => [severity(alert.severity), ` ${alert.name} `])),
      run.error && h('div', { class: 'quiet' }, run.error)),
    h('td', {}, moment(run.started)),
    h('td', { class: 'n' }, duration(seconds)),
    h('td', { class: 'n' }, count(rows)),
    h('td', { class: 'n' }, rows != null && seconds ? about(rows / seconds) : '–'),
    h('td', { class: 'n narrow-off' }, count(rejected)),
    h('td', { class: 'n narrow-off' }, bytes(memory)),
    h('td', { class: 'narrow-off' }, run.runner));
}
