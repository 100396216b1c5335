// Which view is shown, and what is new since it was drawn.
import { h, morph } from './dom.js';
import { runs } from './runs.js';
import { run } from './run.js';
import { compare } from './compare.js';

const view = document.getElementById('view');
const link = document.getElementById('link');

/** What the server said last: the latest runs, and all of the one that is looked at. */
let news = null;
let stream = null;
/** What the list holds beyond the latest, as the reader asked for it. */
export const list = { older: [], ended: false, filter: '', status: '' };

/** What the address says: a run, a run beside another, or neither. */
function shown() {
  const [, view, id, other] = /^#\/(run|compare)\/([\w.-]+)(?:\/([\w.-]+))?$/.exec(location.hash) ?? [];
  return { view, id, other };
}

export function draw() {
  if (!news) {
    return;
  }
  const { view: kind, id, other } = shown();
  // What was asked for before may still come.
  if (kind === 'compare' && other && news.compare?.other && news.compare.other.id !== other) {
    return;
  }
  const content = kind === 'run' ? run(news.run, id)
    : kind === 'compare' ? compare(news.compare, id, other, news.runs) : runs(news);
  morph(view, h('main', {}, content.nodes));
  content.after?.();
  document.title = content.title;
}

function question({ view, id, other }) {
  return view ? `?${new URLSearchParams({ [view]: id, ...other && { with: other } })}` : '';
}

function connect() {
  stream?.close();
  stream = new EventSource('api/live' + question(shown()));
  stream.onmessage = message => {
    news = JSON.parse(message.data);
    const { view: kind, id, other } = shown();
    if (kind === 'compare' && !other && news.compare?.other) {
      // The address says with which, so that it stays the same when there are more runs.
      history.replaceState(null, '', `#/compare/${id}/${news.compare.other.id}`);
    }
    say('', `live, ${new Date(news.time).toLocaleTimeString()}`);
    draw();
  };
  stream.onerror = () => {
    say('down', 'not connected: the process that served this page has ended, or does not answer');
    if (stream.readyState === EventSource.CLOSED) {
      fetch('api/runs', { method: 'HEAD' }).then(signedIn, () => {});
    }
  };
}

/** Whether an answer is to one who is signed in; who is not is asked to. */
function signedIn(answer) {
  if (answer.status === 401) {
    location.reload();
  }
  return answer.status !== 401;
}

function say(kind, text) {
  link.className = kind;
  link.textContent = text;
}

/** Runs before the oldest of the list. */
export async function older() {
  const all = [...news.runs, ...list.older];
  const answer = await fetch(`api/runs?before=${encodeURIComponent(all[all.length - 1].id)}`);
  if (!signedIn(answer)) {
    return;
  }
  const more = (await answer.json()).runs;
  list.older.push(...more);
  list.ended = more.length === 0;
  draw();
}

let last = shown();
window.addEventListener('hashchange', () => {
  const now = shown();
  // Who chooses another run to compare with stays where he is.
  if (now.view !== 'compare' || last.view !== 'compare' || now.id !== last.id) {
    news = null;
    view.replaceChildren(h('p', { class: 'quiet' }, 'Reading ...'));
    view.focus({ preventScroll: true });
    scrollTo(0, 0);
  }
  last = now;
  connect();
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => location.reload());
connect();
