// Alerts of all runs: what fires, and what fired last.
import { h } from './dom.js';
import { duration, moment } from './format.js';

const link = alert => h('a', { href: `#/run/${alert.run}` }, alert.pipeline);

/** In words and a shape, not only in a colour. */
export const severity = name => h('span', { class: `severity ${name}` }, name);

const seconds = (from, to) => Math.max(0, (new Date(to) - new Date(from)) / 1000);

/** What fires now. It stands there also while nothing does, so that what follows stays where it is. */
export function firing(all, now) {
  return h('div', { 'data-key': 'firing', role: 'status' }, all.length > 0 && h('section', { class: 'card firing' },
    h('h2', {}, `${all.length} ${all.length === 1 ? 'alert fires' : 'alerts fire'} now`),
    h('ul', { class: 'plain' }, all.map(alert => h('li', { 'data-key': `${alert.run} ${alert.name}` },
      severity(alert.severity), ' ', h('b', {}, alert.name), ' in ', link(alert),
      `, for ${duration(seconds(alert.fired, now))}: ${alert.sentence}`)))));
}

export function fired(all, now) {
  return h('details', { class: 'card', 'data-key': 'fired' },
    h('summary', {}, all.length === 0 ? 'No alert has fired' : all.length === 1 ? 'The last alert that fired'
      : `The last ${all.length} alerts that fired`),
    all.length > 0 && h('div', { class: 'scroll' }, h('table', {},
      h('thead', {}, h('tr', {}, ['Fired', 'Alert', 'For', 'Run', 'What was wrong'].map(name =>
        h('th', { scope: 'col' }, name)))),
      h('tbody', {}, all.map(alert => h('tr', { 'data-key': `${alert.run} ${alert.name} ${alert.fired}` },
        h('td', {}, moment(alert.fired)),
        h('td', { class: 'name' }, severity(alert.severity), ' ', alert.name),
        h('td', { class: 'name' }, lasted(alert, now)),
        h('td', {}, link(alert)),
        h('td', { class: 'wide' }, alert.sentence)))))));
}

function lasted(alert, now) {
  if (alert.firing) {
    return `${duration(seconds(alert.fired, now))}, still`;
  }
  return alert.resolved ? duration(seconds(alert.fired, alert.resolved)) : 'until the run was lost';
}
