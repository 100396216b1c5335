// Elements from descriptions, and the change of what stands into what should. Text is only ever
// set as text, so nothing that a table or a column is called can become markup.

/** An element with attributes and children; what is null or false is left out. */
export function h(tag, attributes, ...children) {
  const svg = tag.startsWith('svg:');
  const node = svg
    ? document.createElementNS('http://www.w3.org/2000/svg', tag.slice(4))
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith('on')) {
      node[name] = value;
    } else if (name === 'style') {
      // As properties: the page's policy allows no style attributes.
      Object.entries(value).forEach(([property, to]) => node.style.setProperty(property, to));
    } else if (value === true) {
      node.setAttribute(name, '');
    } else if (value !== false && value != null) {
      node.setAttribute(name, value);
    }
  }
  node.append(...children.flat(2).filter(child => child != null && child !== false).map(
    child => child instanceof Node ? child : String(child)));
  return node;
}

/**
 * Makes the children of one element like those of another, and leaves alone what is equal, so that
 * focus, selection and scrolling stay. What has the attribute data-keep draws itself.
 */
export function morph(old, wanted) {
  const next = [...wanted.childNodes];
  for (let i = 0; i < next.length; i++) {
    const there = old.childNodes[i];
    const then = next[i];
    if (!there) {
      old.append(then);
    } else if (!alike(there, then)) {
      there.replaceWith(then);
    } else if (there.nodeType === Node.TEXT_NODE) {
      if (there.data !== then.data) {
        there.data = then.data;
      }
    } else {
      attributes(there, then);
      if (!there.hasAttribute('data-keep')) {
        morph(there, then);
      }
    }
  }
  while (old.childNodes.length > next.length) {
    old.lastChild.remove();
  }
}

function alike(one, other) {
  return one.nodeType === other.nodeType && one.nodeName === other.nodeName
    && (one.nodeType === Node.TEXT_NODE
      || one.getAttribute('data-key') === other.getAttribute('data-key'));
}

function attributes(old, wanted) {
  for (const name of ['onclick', 'oninput', 'onchange']) {
    if (old[name] !== wanted[name]) {
      old[name] = wanted[name];
    }
  }
  // Whether details are open is the reader's business.
  for (const { name } of [...old.attributes]) {
    if (!wanted.hasAttribute(name) && name !== 'open' && name !== 'style') {
      old.removeAttribute(name);
    }
  }
  for (const { name, value } of [...wanted.attributes]) {
    if (name !== 'style' && name !== 'open' && old.getAttribute(name) !== value) {
      old.setAttribute(name, value);
    }
  }
  if (old.style && wanted.style && old.style.cssText !== wanted.style.cssText) {
    old.style.cssText = wanted.style.cssText;
  }
}
