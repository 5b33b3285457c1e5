import { createHash } from 'node:crypto';
import { Markup, markup } from './markup.ts';
import { STYLE } from './style.ts';

/** How every report begins, by which one is known. */
export const BEGINNING = '<!doctype html>\n<!-- A report of the ID³ workbench -->\n';

/** Nothing is loaded, nothing runs, nothing is sent; of styles there is the one of this page. */
const POLICY = [
  `default-src 'none'`,
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  'img-src data:',
  `base-uri 'none'`,
  `form-action 'none'`,
].join('; ');

/** A page that needs nothing but itself, under a policy that forbids it all else. */
export const standalonePage = (title: string, body: readonly Markup[]): string =>
  BEGINNING +
  markup`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="referrer" content="no-referrer" />
      <meta name="color-scheme" content="light dark" />
      <link rel="icon" href="data:," />
      <title>${title}</title>
      <style>${new Markup(STYLE)}</style>
    </head>
    <body>
      <main>${body}</main>
    </body>
  </html> `.text;
