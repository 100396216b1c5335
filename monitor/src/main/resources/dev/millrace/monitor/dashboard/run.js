// All of one run.
import { h } from './dom.js';
import { about, bytes, count, duration, moment, parse, percent } from './format.js';
import { badge, state } from './runs.js';
import { legend, shares } from './stages.js';
import { charts } from './charts.js';
import { grid } from './grid.js';

/** What is drawn over time. */
const PLOTS = [
  { key: 'rows', title: 'Rows per second', unit: 'ROWS', figures: {
    rows_read_per_second: 'read', rows_written_per_second: 'written' } },
  { key: 'memory', title: 'Memory', unit: 'BYTES', figures: {
    resident_bytes: 'resident', heap_live_bytes: 'heap, live', off_heap_bytes: 'off heap', held_bytes: 'held' } },
  { key: 'work', title: 'Processors in use, and share of time in collections', unit: 'NUMBER', figures: {
    processors: 'processors', gc_share: 'collections' } },
  { key: 'pools', title: 'Connections in use', unit: 'WHOLE', figures: {
    'millrace_pool_connections{pool="read",state="active"}': 'read',
    'millrace_pool_connections{pool="write",state="active"}': 'write',
    'millrace_pool_connections{pool="lookup",state="active"}': 'lookup' } },
  { key: 'behind', title: "Behind the source's clock", unit: 'SECONDS', figures: {
    millrace_freshness_seconds: 'what was read', millrace_horizon_lag_seconds: 'the horizon' } },
];

/** Those of which anything was seen. */
function plots({ seconds, values }) {
  return PLOTS.map(({ figures, ...plot }) => ({ ...plot, tables: [{ seconds, figures:
    Object.entries(figures).filter(([name]) => values[name]?.some(value => value > 0))
      .map(([name, label], i) => ({ label, values: values[name], dash: i > 1 })) }] }))
    .filter(plot => plot.tables[0].figures.length > 0);
}

export function run(detail, id) {
  if (!detail) {
    return {
      title: 'Millrace',
      nodes: [h('h1', {}, 'No such run'), h('p', {}, `The history has no run ${id}.`)],
    };
  }
  const { line, start, snapshot, series, events } = detail;
  const summary = detail.summary ? JSON.parse(detail.summary) : null;
  const live = state(line) === 'running';
  const drawn = series.seconds.length > 1 ? plots(series) : [];
  return {
    title: `${state(line)}: ${line.pipeline} – Millrace`,
    nodes: [
      h('h1', {}, line.pipeline, ' ', badge(line)),
      h('p', { class: 'quiet' },
        `${line.id}, started ${moment(line.started)} on ${line.host}, runner ${line.runner}, version ${line.code}`),
      h('p', {}, h('a', { id: 'compare', href: `#/compare/${line.id}` }, 'Compare with another run')),
      live && progress(snapshot),
      line.error && h('p', { class: 'note error' }, line.error),
      state(line) === 'lost' && h('p', { class: 'note error' },
        `Its process ended without a word; it was last seen at ${moment(line.seen)}.`),
      line.stalled && snapshot && h('p', { class: 'note', role: 'alert' },
        'Nothing has moved for some seconds. ', snapshot.waits.join('; ')),
      (snapshot?.alerts ?? []).map(alert => h('p', { class: 'note error alert', 'data-key': alert.name },
        h('b', {}, `${alert.severity}: ${alert.name}. `), alert.sentence,
        ` (since ${new Date(alert.since).toLocaleTimeString()})`)),
      tiles(line, snapshot, series, live),
      snapshot?.grid && grid.nodes(snapshot.grid),
      snapshot?.slowest && h('p', { class: 'note', id: 'slowest' },
        h('b', {}, `${snapshot.slowest.stage} spends ${percent(snapshot.slowest.share)} of its time ${snapshot.slowest.cause}. `),
        snapshot.slowest.advice),
      snapshot && snapshot.stages.length > 0 && stages(snapshot),
      snapshot && rejected(snapshot.rejected),
      drawn.length > 0 && charts.nodes(drawn),
      snapshot && h('div', { class: 'two' }, resources(snapshot.metrics), caches(snapshot.metrics)),
      h('section', { class: 'card' }, h('h2', {}, 'Events'), happened(events)),
      h('section', { class: 'card' }, h('details', {},
        h('summary', {}, `Configuration ${line.configuration_hash}`),
        pairs({ ...start.configuration, host: start.machine.host, processors: start.machine.processors,
          heap: bytes(start.machine.heap_bytes), system: start.machine.system, java: start.machine.java }))),
      summary && h('section', { class: 'card' }, h('details', {},
        h('summary', {}, 'Summary'), h('pre', {}, JSON.stringify(summary, null, 2)))),
    ],
    after: () => {
      charts.draw(drawn);
      if (snapshot?.grid) {
        grid.draw(snapshot.grid);
      }
    },
  };
}

function progress(snapshot) {
  const at = snapshot?.progress;
  if (!at) {
    return h('p', {}, 'Getting ready ...');
  }
  const share = at.expected ? Math.min(1, at.done / at.expected) : null;
  const left = share > 0.01 ? snapshot.seconds / share - snapshot.seconds : null;
  return h('div', { class: 'card' },
    `${at.label}: ${count(at.done)}${at.expected ? ` of ${count(at.expected)}` : ''} ${at.unit}`,
    share != null && h('div', { class: 'progress', role: 'progressbar', 'aria-valuemin': 0, 'aria-valuemax': 100,
      'aria-valuenow': Math.floor(share * 100), 'aria-label': at.label },
    h('div', { style: { width: `${share * 100}%` } })),
    share != null && h('span', { class: 'quiet' },
      `${Math.floor(share * 100)} %${left != null ? `, ${duration(left)} left` : ''}`));
}

function tiles(line, snapshot, series, live) {
  const { totals } = line;
  const rate = name => live
    ? snapshot?.per_second[name]
    : totals.seconds && totals[name] != null ? totals[name] / totals.seconds : null;
  const last = figure => series.values[figure]?.at(-1);
  const behind = name => snapshot?.metrics[`millrace_${name}_seconds`];
  const tile = (name, value, bad) => h('div', { class: bad ? 'tile bad' : 'tile', 'data-key': name },
    h('b', {}, value), h('span', {}, name));
  return h('div', { class: 'tiles' },
    tile(live ? 'so far' : 'took', duration(totals.seconds)),
    tile('rows read', count(totals.rows_read)),
    tile('rows written', count(totals.rows_written)),
    tile('rows/s written', about(rate('rows_written'))),
    tile('bytes/s read', rate('bytes') == null ? '–' : `${bytes(rate('bytes'))}`),
    tile('rejected', count(totals.rows_rejected), totals.rows_rejected > 0),
    behind('freshness') != null && tile('behind the source', duration(behind('freshness'))),
    behind('horizon_lag') != null && tile('horizon behind', duration(behind('horizon_lag'))),
    live
      ? tile('processors used', last('processors')?.toFixed(1) ?? '–')
      : tile('processor seconds', totals.cpu_seconds?.toFixed(1) ?? '–'),
    live ? tile('memory', bytes(last('resident_bytes'))) : tile('most memory', bytes(totals.peak_rss_bytes)));
}

/** The stages in the order in which blocks go through them, each with what its time was spent on. */
function stages(snapshot) {
  const ordered = order(snapshot.stages, snapshot.flow);
  const blocks = ordered.flatMap((stage, i) => {
    const slowest = snapshot.slowest?.stage === stage.name;
    return [
      i > 0 && snapshot.flow.some(edge => edge.to === stage.name) && h('span', { class: 'arrow', 'aria-hidden': 'true' }, '→'),
      h('div', { class: slowest ? 'stage slowest' : 'stage' },
        h('h3', {}, stage.name, slowest && ' (slowest)'),
        shares(stage.shares),
        h('div', { class: 'quiet' },
          `${stage.threads.toFixed(1)} threads, ${duration(stage.seconds)} in all, `
            + `${bytes(stage.allocated_bytes)} allocated, ${bytes(stage.read_bytes)} read, ${bytes(stage.written_bytes)} written`),
        stage.blocks > 0 && h('div', { class: 'quiet' },
          `${count(stage.rows)} rows, ${about(stage.rows / snapshot.seconds)} rows/s, `
            + `${count(stage.blocks)} ${stage.blocks === 1 ? 'block' : 'blocks'} of ${bytes(stage.bytes / stage.blocks)}`)),
    ];
  });
  return h('section', { class: 'card' }, h('h2', {}, 'Stages'),
    h('div', { class: 'flow' }, blocks),
    legend(snapshot.stages.flatMap(stage => Object.keys(stage.shares))));
}

/** Why rows were rejected, the most frequent reason first. */
function rejected(reasons) {
  const all = Object.entries(reasons).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const most = all[0]?.[1];
  return all.length > 0 && h('section', { class: 'card', id: 'rejected' }, h('h2', {}, 'Rejected rows'),
    all.map(([reason, rows]) => h('div', { class: 'reason', 'data-key': reason },
      h('span', {}, reason.replaceAll('_', ' ')), h('span', { class: 'n' }, count(rows)),
      h('div', { style: { width: `${rows / most * 100}%` } }))));
}

function order(all, flow) {
  const within = new Set(flow.flatMap(({ from, to }) => [from, to]));
  const rank = new Map(all.map(stage => [stage.name, within.has(stage.name) ? 0 : all.length]));
  for (let pass = 0; pass < all.length; pass++) {
    flow.forEach(({ from, to }) => rank.set(to, Math.max(rank.get(to) ?? 0, (rank.get(from) ?? 0) + 1)));
  }
  return [...all].sort((a, b) => rank.get(a.name) - rank.get(b.name));
}

/** Connections, slots and memory. */
function resources(metrics) {
  const rows = [];
  for (const family of ['millrace_pool_connections', 'millrace_slots']) {
    for (const [pool, states] of group(metrics, family, 'pool', 'state')) {
      rows.push([`${family === 'millrace_slots' ? 'slots' : 'connections'} ${pool}`,
        Object.entries(states).map(([name, n]) => `${count(n)} ${name}`).join(', ')]);
    }
  }
  for (const [kind, n] of Object.entries(metrics)) {
    const { name, labels } = parse(kind);
    if (name === 'millrace_memory_bytes' && n > 0) {
      rows.push([`memory ${labels.kind.replaceAll('_', ' ')}`, bytes(n)]);
    }
  }
  return h('section', { class: 'card' }, h('h2', {}, 'Pools and memory'), pairs(Object.fromEntries(rows)));
}

function caches(metrics) {
  const rows = [];
  for (const [tier, results] of group(metrics, 'millrace_cache_requests_total', 'tier', 'result')) {
    const asked = Object.values(results).reduce((sum, n) => sum + n, 0);
    rows.push([tier, `${count(asked)} keys: `
      + Object.entries(results).map(([name, n]) => `${name} ${count(n)} (${percent(n / (asked || 1))})`).join(', ')]);
  }
  const retries = ['retries', 'timeouts', 'throttles', 'memory_pressure'].map(name =>
    [name.replaceAll('_', ' '), count(sum(metrics, `millrace_${name}_total`))]);
  return h('section', { class: 'card' }, h('h2', {}, 'Caches and trouble'),
    pairs(Object.fromEntries([...rows, ...retries])));
}

function group(metrics, family, by, of) {
  const groups = new Map();
  for (const [key, value] of Object.entries(metrics)) {
    const { name, labels } = parse(key);
    if (name === family) {
      groups.set(labels[by], { ...groups.get(labels[by]), [labels[of]]: value });
    }
  }
  return groups;
}

const sum = (metrics, family) => Object.entries(metrics).filter(([key]) => parse(key).name === family)
  .reduce((total, [, value]) => total + value, 0);

function happened(events) {
  return events.length === 0
    ? h('p', { class: 'quiet' }, 'Nothing was decided for it, and nothing befell it.')
    : h('div', { class: 'scroll' }, h('table', {}, h('tbody', {}, [...events].reverse().map(event =>
      h('tr', {}, h('td', {}, new Date(event.time).toLocaleTimeString()), h('td', {}, event.kind),
        h('td', { class: 'wide' }, event.text))))));
}

const pairs = object => h('div', { class: 'scroll' }, h('table', {}, h('tbody', {},
  Object.entries(object).map(([name, value]) =>
    h('tr', {}, h('th', { scope: 'row' }, name), h('td', { class: 'wide' }, value))))));
