// What stages spend their time on.
import { h } from './dom.js';
import { percent } from './format.js';

/** What time is spent on, each in its own colour whatever else a run knows; others share the last. */
const CAUSES = ['at work on a processor', 'waiting for the database to answer', "waiting for the database's locks",
  'waiting for a connection', 'waiting for a slot of a pool', 'waiting for what its cache did not have',
  'waiting for the steps that follow', 'stopped by the garbage collector', 'waiting for a processor'];

const color = cause => `var(--c${CAUSES.includes(cause) ? CAUSES.indexOf(cause) : CAUSES.length})`;

/** A bar of what a stage spent its time on, the most first. */
export function shares(all) {
  const sorted = Object.entries(all).sort((a, b) => b[1] - a[1]);
  return h('div', { class: 'shares', role: 'img',
    'aria-label': sorted.map(([cause, share]) => `${cause} ${percent(share)}`).join(', ') },
  sorted.map(([cause, share]) => h('div', { title: `${cause} ${percent(share)}`,
    style: { width: `${share * 100}%`, background: color(cause) } })));
}

export const legend = causes => h('div', { class: 'legend' }, [...new Set(causes)].map(cause =>
  h('span', {}, h('i', { style: { background: color(cause) } }), cause)));
