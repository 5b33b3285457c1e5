import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { everyPage, unanswered } from '../e2e/pages.ts';

/** Asks a running dashboard for every view and for a report, some times each, and prints a table of how fast it answers and what it sends. */
export async function measureResponses(asked: {
  url: string;
  database: string;
  times: number;
}): Promise<void> {
  const { url, times: requests } = asked;
  const pages = [...everyPage(resolve(asked.database)), { name: 'report', path: '/api/export/report' }];
  console.log('| view | status | median ms | worst ms | HTML kB | JavaScript kB, compressed |');
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
  for (const { name, path } of pages) {
    const times: number[] = [];
    let html = '';
    let status = 0;
    // The first request is not counted: it loads the view's code.
    for (let k = 0; k <= requests; k++) {
      const started = performance.now();
      const response = await fetch(url + path).catch(() => {
        throw unanswered(url);
      });
      html = await response.text();
      status = response.status;
      if (k > 0) times.push(performance.now() - started);
    }
    times.sort((a, b) => a - b);
    const scripts = await scriptBytes(url, html);
    const median = times[Math.floor(times.length / 2)].toFixed(0);
    const worst = times[times.length - 1].toFixed(0);
    console.log(
      `| ${name} | ${status} | ${median} | ${worst} | ${kilobytes(Buffer.byteLength(html))} | ${kilobytes(scripts)} |`,
    );
  }
}

/** Bytes of all scripts that a page names, as a server would compress them. */
async function scriptBytes(url: string, html: string): Promise<number> {
  const sources = new Set([...html.matchAll(/<script[^>]+src="([^"]+)"/g)].map((match) => match[1]));
  let total = 0;
  for (const source of sources) {
    const response = await fetch(new URL(source.replaceAll('&amp;', '&'), url));
    total += gzipSync(Buffer.from(await response.arrayBuffer())).length;
  }
  return total;
}

const kilobytes = (bytes: number): string => (bytes / 1000).toFixed(0);
