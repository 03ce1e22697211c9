import { formatInstant, type Instant } from '../../kernel/instant.ts';
import type { ListedPackage } from './generation.ts';

/** What a repository's page shows to people. */
export interface IndexPage {
  readonly project: string;
  readonly channel: string;
  readonly date: Instant;
  /** How to install, as lines for a terminal. */
  readonly install: readonly string[];
  readonly key: { readonly fingerprint: string; readonly userId: string; readonly expiresAt: Instant | null };
  readonly latest?: string;
  readonly packages: readonly ListedPackage[];
  /** How a package is shown; `href` is relative to the page. */
  readonly describe: (listed: ListedPackage) => {
    readonly name: string;
    readonly version: string;
    readonly href: string;
  };
}

/** A page is written anew with every generation: it shows the newest packages, the indexes have them all. */
const SHOWN_ROWS = 100;

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
const day = (at: Instant): string => formatInstant(at).slice(0, 10);

const STYLE = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
pre,code{font-family:ui-monospace,monospace;font-size:.875em}pre{overflow-x:auto;padding:.75rem;border:1px solid #8888}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #8884;vertical-align:top}td code{overflow-wrap:anywhere}`;

/** `index.html` of a repository: static, without scripts, everything from outside escaped. */
export function indexPage(page: IndexPage): string {
  const title = escapeHtml(`${page.project} ${page.channel}`);
  const shown = newest(page.packages);
  const hidden = page.packages.length - shown.length;
  const expiry = page.key.expiresAt === null ? 'does not expire' : `expires ${day(page.key.expiresAt)}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>${title}</title><style>${STYLE}</style></head><body>
<h1>${title}</h1>
<p>As of ${escapeHtml(formatInstant(page.date))}.${page.latest === undefined ? '' : ` Latest: <a href="latest/SHA256SUMS">${escapeHtml(page.latest)}</a>.`}</p>
<h2>Install</h2>
<pre>${escapeHtml(page.install.join('\n'))}</pre>
<p>Signed by ${escapeHtml(page.key.userId)}, key <code>${escapeHtml(page.key.fingerprint)}</code>, ${expiry}: <a href="${encodeURIComponent(page.project)}.key">${escapeHtml(page.project)}.key</a></p>
<h2>Packages</h2>
${table(shown, page.describe)}${hidden === 0 ? '' : `<p>And ${hidden} older.</p>\n`}</body></html>
`;
}

/** The newest packages, newest first, in one pass: sorting thousands to show a hundred takes longer than the page. */
function newest(packages: readonly ListedPackage[]): readonly ListedPackage[] {
  const shown: ListedPackage[] = [];
  let oldest = Number.NEGATIVE_INFINITY;
  for (const listed of packages) {
    if (listed.releasedAt <= oldest) continue;
    const at = shown.findIndex(({ releasedAt }) => releasedAt < listed.releasedAt);
    shown.splice(at < 0 ? shown.length : at, 0, listed);
    if (shown.length > SHOWN_ROWS) shown.pop();
    if (shown.length === SHOWN_ROWS) oldest = shown[SHOWN_ROWS - 1]?.releasedAt ?? oldest;
  }
  return shown;
}

function table(packages: readonly ListedPackage[], describe: IndexPage['describe']): string {
  if (packages.length === 0) return '<p>None.</p>\n';
  const lines = packages.map((listed) => {
    const { name, version, href } = describe(listed);
    const cells = [
      `<a href="${escapeHtml(encodeURI(href))}">${escapeHtml(name)}</a>`,
      escapeHtml(version),
      day(listed.releasedAt),
      String(listed.sizeBytes),
      `<code>${listed.sha256}</code>`,
    ];
    return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>\n`;
  });
  return `<table><thead><tr><th>Package</th><th>Version</th><th>Released</th><th>Bytes</th><th>SHA-256</th></tr></thead><tbody>
${lines.join('')}</tbody></table>
`;
}
