// Draws what a command printed as an SVG for the README: real output in, picture out, nothing made up in between.
//   some-command | node tools/terminal-picture.mjs > docs/terminal.svg
import { readFileSync } from 'node:fs';

const FONT = 14;
const LINE = 20;
const CHARACTER = 8.43;
const MARGIN = 18;

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const colorOf = (line) => (line.startsWith('$ ') ? '#7ee787' : /^(done|next):/.test(line) ? '#e6edf3' : '#9da7b1');

const lines = readFileSync(0, 'utf8').trimEnd().split('\n');
const width = Math.ceil(Math.max(...lines.map((line) => line.length)) * CHARACTER) + 2 * MARGIN;
const height = lines.length * LINE + 2 * MARGIN;
const rows = lines.map(
  (line, index) =>
    `<text x="${MARGIN}" y="${MARGIN + FONT + index * LINE}" fill="${colorOf(line)}" xml:space="preserve">${escaped(line)}</text>`,
);
console.log(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="A terminal run of slipway">
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${FONT}">
${rows.join('\n')}
</g>
</svg>`);
