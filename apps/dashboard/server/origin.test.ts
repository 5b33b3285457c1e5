import { describe, expect, it } from 'vitest';
import { isForeign } from './origin.ts';

const headers = (values: Record<string, string>) => new Headers({ host: '127.0.0.1:3000', ...values });

describe('a request', () => {
  it.each(['127.0.0.1:3000', 'localhost:3000', 'LOCALHOST', '[::1]:3000'])(
    'to read from %s is ours',
    (host) => {
      expect(isForeign('GET', headers({ host }))).toBeUndefined();
    },
  );

  it.each(['evil.example', 'evil.example:3000', '127.0.0.1.evil.example', ''])(
    'to the name %s is refused',
    (host) => {
      expect(isForeign('GET', headers({ host }))).toContain('is not this dashboard');
    },
  );

  it('to a name that was allowed is ours', () => {
    expect(isForeign('GET', headers({ host: 'lab.example:80' }), ['lab.example'])).toBeUndefined();
  });

  it('to change something must come from a page of ours', () => {
    const change = (values: Record<string, string>) => isForeign('PATCH', headers(values));
    expect(change({ origin: 'http://127.0.0.1:3000' })).toBeUndefined();
    expect(change({ origin: 'http://127.0.0.1:3000', 'sec-fetch-site': 'same-origin' })).toBeUndefined();
    for (const foreign of [
      {},
      { origin: 'null' },
      { origin: 'http://evil.example' },
      { origin: 'http://127.0.0.1:3001' },
      { origin: 'http://127.0.0.1:3000.evil.example' },
      { origin: 'http://127.0.0.1:3000', 'sec-fetch-site': 'cross-site' },
    ])
      expect(change(foreign as Record<string, string>)).toBe(
        'A change must come from a page of this dashboard.',
      );
  });
});
