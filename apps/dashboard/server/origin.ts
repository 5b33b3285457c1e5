const LOCAL = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Why a request is refused, or undefined where it is not. A foreign host means that somebody pointed a name of theirs at this
 * machine (DNS rebinding), and only pages of ours may change anything. `hosts` are the names of a server that was told
 * to listen beyond this machine.
 */
export function isForeign(
  method: string,
  headers: Headers,
  hosts: readonly string[] = [],
): string | undefined {
  const host = headers.get('host') ?? '';
  const name = host.replace(/:\d+$/, '').toLowerCase();
  if (![...LOCAL, ...hosts].includes(name))
    return `The host ${JSON.stringify(name)} is not this dashboard's; name it with --allow-host where it should be.`;
  if (method === 'GET' || method === 'HEAD') return undefined;
  const origin = headers.get('origin');
  const ours = origin !== null && URL.canParse(origin) && new URL(origin).host === host;
  const site = headers.get('sec-fetch-site');
  if (ours && (site === null || site === 'same-origin')) return undefined;
  return 'A change must come from a page of this dashboard.';
}
