// Figures as people read them.

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });

/** All digits, as in 2,000,000; a dash for what is not known. */
export const count = n => n == null ? '–' : whole.format(n);

/** Three digits, as in 2M. */
export const about = n => n == null ? '–' : short.format(n);

export function bytes(n) {
  if (n == null) {
    return '–';
  }
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  while (n >= 1024 && unit < units.length - 1) {
    n /= 1024;
    unit++;
  }
  return `${n >= 100 || unit === 0 ? n.toFixed(0) : n.toPrecision(3)} ${units[unit]}`;
}

export function duration(seconds) {
  if (seconds == null) {
    return '–';
  }
  if (seconds < 60) {
    return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  }
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes} min ${Math.floor(seconds % 60)} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export const percent = share => `${Math.round(share * 100)} %`;

/** By the reader's clock and habits. */
export const moment = text => text == null ? '–' : new Date(text).toLocaleString();

/** A metric's name apart from its labels. */
export function parse(metric) {
  const brace = metric.indexOf('{');
  const labels = {};
  if (brace >= 0) {
    for (const [, name, value] of metric.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)) {
      labels[name] = value.replace(/\\(.)/g, (all, c) => c === 'n' ? '\n' : c);
    }
  }
  return { name: brace < 0 ? metric : metric.slice(0, brace), labels };
}
