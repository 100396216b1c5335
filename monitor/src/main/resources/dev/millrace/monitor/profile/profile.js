'use strict';
// Draws the flame graphs of a profile. Names are only ever set as text.
(() => {
  const data = JSON.parse(document.getElementById('profile').textContent);
  const ROW = 20;
  const KINDS = [
    ['own', 'Millrace and yours', null],
    ['driver', 'database driver', /^(org\.postgresql|com\.zaxxer|org\.mariadb|com\.mysql)\./],
    ['runner', 'Beam and Flink', /^(org\.apache\.(beam|flink)|akka|scala)\./],
    ['jdk', 'Java', /^(java|javax|jdk|sun|com\.sun)\./],
    ['library', 'other libraries', /^(org\.apache|org\.slf4j|com\.google|com\.fasterxml|com\.github|com\.codahale|com\.esotericsoftware|org\.roaringbitmap|org\.checkerframework|org\.xerial|org\.sqlite|org\.joda|io|net|ch\.qos)\./],
    ['thing', 'what it dealt with', null],
    ['group', 'stages and who else', null],
  ];

  const element = (tag, attributes, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name.startsWith('on')) {
        node.addEventListener(name.slice(2), value);
      } else if (value !== false && value != null) {
        node.setAttribute(name, value === true ? '' : value);
      }
    }
    node.append(...children);
    return node;
  };

  /** The form in which a call is worked with. */
  function call([name, total, children = []], parent) {
    const node = { name: data.names[name < 0 ? ~name : name], thing: name < 0, total, parent,
      depth: parent ? parent.depth + 1 : 0 };
    node.children = children.map(child => call(child, node));
    node.self = total - node.children.reduce((sum, child) => sum + child.total, 0);
    return node;
  }

  function kind(node) {
    if (node.depth < 2) {
      return 'group';
    }
    if (node.thing) {
      return 'thing';
    }
    const found = KINDS.find(([, , pattern]) => pattern && pattern.test(node.name));
    return found ? found[0] : 'own';
  }

  /** Class and method, without packages. */
  const short = node => node.thing || node.depth < 2
    ? node.name : node.name.split('.').slice(-2).join('.');

  const digits = number => number >= 100 ? Math.round(number).toLocaleString('en')
    : Number(number.toPrecision(3)).toString();
  const duration = nanos => nanos >= 1e9 ? `${digits(nanos / 1e9)} s` : `${digits(nanos / 1e6)} ms`;
  function bytes(value) {
    const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
    let unit = 0;
    while (value >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return `${digits(value)} ${units[unit]}`;
  }
  const amount = (value, of = view) => of.unit === 'bytes' ? bytes(value) : duration(value);
  const percent = (part, of) => of === 0 ? '0 %' : `${digits(100 * part / of)} %`;

  const views = data.views.map(each => ({ ...each, root: call(each.tree, null) }));
  let view = views.find(each => each.root.total > 0) || views[0];
  let stage = '';
  let zoom = view.root;
  let current = view.root;
  let wanted = '';

  const flame = element('div', { class: 'flame', role: 'tree', 'aria-label': 'Flame graph' });
  const told = element('p', { class: 'told', 'aria-live': 'polite' });
  const found = element('span', { class: 'quiet', role: 'status' });
  const basis = element('p', { class: 'quiet' });
  const select = element('select', { 'aria-label': 'Stage', onchange: () => choose(select.value) });
  const search = element('input', { type: 'search', placeholder: 'Search  ( / )', 'aria-label': 'Search calls',
    oninput: () => { wanted = search.value.trim().toLowerCase(); draw(); } });
  const reset = element('button', { type: 'button', onclick: () => go(top()) }, 'All of it');
  const switches = views.map(each => element('button', { type: 'button', disabled: each.root.total === 0,
    onclick: () => show(each) }));
  const hot = element('tbody');
  const frames = new Map();

  /** What is drawn at most: all, or one stage. */
  const top = () => stage === '' ? view.root : view.root.children.find(each => each.name === stage) || null;

  function show(next) {
    view = next;
    const names = view.root.children.map(each => each.name);
    select.replaceChildren(element('option', { value: '' }, 'all stages'),
      ...names.map(name => element('option', { value: name }, name)));
    if (stage !== '' && !names.includes(stage)) {
      select.append(element('option', { value: stage }, `${stage} (nothing)`));
    }
    select.value = stage;
    switches.forEach((button, i) => {
      const { title, root } = views[i];
      button.textContent = `${title}${root.total === 0 ? ': none' : ` ${amount(root.total, views[i])}`}`;
      button.setAttribute('aria-pressed', String(views[i] === view));
    });
    basis.textContent = `${view.title}: ${view.basis}. Click a call, or press Enter on it, to zoom in; `
      + 'arrows move, Escape zooms out, / searches.';
    go(top());
  }

  function choose(name) {
    stage = name;
    go(top());
  }

  function go(node) {
    zoom = node;
    current = node;
    draw();
  }

  const isHit = node => wanted !== '' && node.name.toLowerCase().includes(wanted);

  /** What of a call is within something searched for, each counted once. */
  const matched = node => isHit(node) ? node.total : node.children.reduce((sum, child) => sum + matched(child), 0);

  function draw() {
    frames.clear();
    const width = flame.clientWidth || 1000;
    const nodes = [];
    if (zoom) {
      for (let node = zoom.parent; node && node !== top()?.parent; node = node.parent) {
        nodes.push({ node, left: 0, share: 1, above: true });
      }
      place(zoom, 0, 1, width, nodes);
    }
    const first = top() ? top().depth : 0;
    flame.replaceChildren(...nodes.map(({ node, left, share, above }) => {
      const frame = element('div', {
        class: `frame ${kind(node)}${above ? ' above' : ''}${isHit(node) ? ' hit' : ''}`,
        role: 'treeitem', tabindex: node === current ? '0' : '-1', 'aria-level': node.depth - first + 1,
        'aria-label': `${node.name}, ${amount(node.total)}, ${percent(node.total, view.root.total)}`,
        title: `${node.name}\n${amount(node.total)}, ${percent(node.total, view.root.total)}`,
        onclick: () => { go(node); focus(node); },
        onmouseenter: () => tell(node), onfocus: () => { current = node; tell(node); },
      }, share * width > 24 ? short(node) : '');
      frame.style.left = `${100 * left}%`;
      frame.style.width = `${100 * share}%`;
      frame.style.top = `${(node.depth - first) * ROW}px`;
      frames.set(node, frame);
      return frame;
    }));
    const deepest = Math.max(0, ...nodes.map(({ node }) => node.depth - first));
    flame.style.height = `${(deepest + 1) * ROW}px`;
    flame.classList.toggle('searched', wanted !== '');
    found.textContent = wanted === '' || !zoom ? '' : `${percent(matched(zoom), zoom.total)} of what is shown`;
    reset.disabled = zoom === top();
    methods();
    if (zoom) {
      tell(current);
    } else {
      told.textContent = 'Nothing of that stage was recorded here.';
    }
  }

  /** A call and those within, as far as they are wide enough to be seen. */
  function place(node, left, share, width, nodes) {
    nodes.push({ node, left, share, above: false });
    let from = left;
    for (const child of node.children) {
      const part = share * child.total / node.total;
      if (part * width >= 2) {
        place(child, from, part, width, nodes);
      }
      from += part;
    }
  }

  function tell(node) {
    const name = element('b', {});
    name.textContent = node.name;
    const parts = [`${amount(node.total)}, ${percent(node.total, view.root.total)} of all`];
    if (zoom && zoom !== view.root) {
      parts.push(`${percent(Math.min(node.total, zoom.total), zoom.total)} of what is shown`);
    }
    parts.push(`itself ${amount(node.self)}`);
    told.replaceChildren(name, element('br'), parts.join('; '));
  }

  const focus = node => frames.get(node)?.focus();

  /** What the calls that are shown did themselves, by method. */
  function methods() {
    const sums = new Map();
    const visit = (node, within) => {
      const isCall = !node.thing && node.depth > 1;
      const outermost = isCall && !within.has(node.name);
      if (isCall) {
        const sum = sums.get(node.name) || { self: 0, total: 0 };
        sum.self += node.self + node.children.filter(child => child.thing).reduce((all, each) => all + each.total, 0);
        sum.total += outermost ? node.total : 0;
        sums.set(node.name, sum);
      }
      if (outermost) {
        within.add(node.name);
      }
      node.children.forEach(child => visit(child, within));
      if (outermost) {
        within.delete(node.name);
      }
    };
    if (zoom) {
      visit(zoom, new Set());
    }
    const most = [...sums].sort((a, b) => b[1].self - a[1].self).filter(([, sum]) => sum.self > 0).slice(0, 15);
    hot.replaceChildren(...most.map(([name, sum]) => {
      const seek = element('button', { type: 'button', title: 'Search for it' }, name);
      seek.addEventListener('click', () => {
        search.value = name;
        wanted = name.toLowerCase();
        draw();
      });
      return element('tr', {}, element('td', { class: 'n' }, amount(sum.self)),
        element('td', { class: 'n' }, percent(sum.self, zoom.total)),
        element('td', { class: 'n' }, amount(sum.total)), element('td', { class: 'method' }, seek));
    }));
  }

  const siblings = node => node.parent && node !== top() ? node.parent.children : [node];

  function move(event) {
    const shown = list => list.filter(each => frames.has(each));
    const beside = shown(siblings(current));
    const at = beside.indexOf(current);
    const to = {
      ArrowUp: () => frames.has(current.parent) ? current.parent : null,
      ArrowDown: () => shown(current.children)[0],
      ArrowLeft: () => beside[at - 1],
      ArrowRight: () => beside[at + 1],
      Home: () => top(),
    }[event.key];
    if (to) {
      event.preventDefault();
      const next = to();
      if (next) {
        frames.get(current)?.setAttribute('tabindex', '-1');
        frames.get(next)?.setAttribute('tabindex', '0');
        focus(next);
      }
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      const node = current;
      go(node);
      focus(node);
    }
  }

  flame.addEventListener('keydown', move);
  document.addEventListener('keydown', event => {
    if (event.key === '/' && !(event.target instanceof HTMLInputElement)) {
      event.preventDefault();
      search.focus();
    } else if (event.key === 'Escape' && zoom) {
      if (wanted !== '') {
        search.value = '';
        wanted = '';
        draw();
      } else if (zoom !== top()) {
        go(zoom.parent);
        focus(zoom);
      }
    }
  });
  let resized = 0;
  window.addEventListener('resize', () => {
    cancelAnimationFrame(resized);
    resized = requestAnimationFrame(draw);
  });

  document.getElementById('graph').replaceChildren(
    element('div', { class: 'controls' },
      element('div', { class: 'views', role: 'group', 'aria-label': 'What is shown' }, ...switches),
      select, search, reset, found),
    element('div', { class: 'legend' }, ...KINDS.map(([name, words]) =>
      element('span', {}, element('i', { class: name }), words))),
    told, element('div', { class: 'window' }, flame), basis,
    element('div', { class: 'scroll' }, element('table', { class: 'hot' },
      element('thead', {}, element('tr', {}, element('th', { scope: 'col', class: 'n' }, 'itself'),
        element('th', { scope: 'col', class: 'n' }, 'of what is shown'),
        element('th', { scope: 'col', class: 'n' }, 'with its calls'), element('th', { scope: 'col' }, 'method'))),
      hot)));
  show(view);
})();
