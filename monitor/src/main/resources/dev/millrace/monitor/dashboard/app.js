// Which view is shown, and what is new since it was drawn.
import { h, morph } from './dom.js';
import { runs } from './runs.js';
import { run } from './run.js';

const view = document.getElementById('view');
const link = document.getElementById('link');

/** What the server said last: the latest runs, and all of the one that is looked at. */
let news = null;
let stream = null;
/** What the list holds beyond the latest, as the reader asked for it. */
export const list = { older: [], ended: false, filter: '', status: '' };

const shown = () => /^#\/run\/([\w.-]+)$/.exec(location.hash)?.[1] ?? null;

export function draw() {
  if (!news) {
    return;
  }
  const id = shown();
  const content = id ? run(news.run, id) : runs(news);
  morph(view, h('main', {}, content.nodes));
  content.after?.();
  document.title = content.title;
}

function connect() {
  stream?.close();
  const id = shown();
  stream = new EventSource('api/live' + (id ? `?run=${encodeURIComponent(id)}` : ''));
  stream.onmessage = message => {
    news = JSON.parse(message.data);
    say('', `live, ${new Date(news.time).toLocaleTimeString()}`);
    draw();
  };
  stream.onerror = () => say('down', 'not connected: the process that served this page has ended, or does not answer');
}

function say(kind, text) {
  link.className = kind;
  link.textContent = text;
}

/** Runs before the oldest of the list. */
export async function older() {
  const all = [...news.runs, ...list.older];
  const answer = await fetch(`api/runs?before=${encodeURIComponent(all[all.length - 1].id)}`);
  const more = (await answer.json()).runs;
  list.older.push(...more);
  list.ended = more.length === 0;
  draw();
}

window.addEventListener('hashchange', () => {
  news = news && { ...news, run: null };
  view.replaceChildren(h('p', { class: 'quiet' }, 'Reading ...'));
  view.focus({ preventScroll: true });
  scrollTo(0, 0);
  connect();
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => location.reload());
connect();
