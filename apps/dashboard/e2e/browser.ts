import { UserError } from '@id3/core';
import { chromium, type Browser } from 'playwright-core';
import { CHROMIUM } from './chromium.ts';

/** Starts Chromium; none is downloaded. Throws a UserError where there is none. */
export async function openBrowser(): Promise<Browser> {
  try {
    return await chromium.launch({
      executablePath: CHROMIUM,
      timeout: 180_000,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
  } catch (error) {
    throw new UserError(
      `Chromium does not start at ${CHROMIUM} (${String(error).split('\n')[0]}); \`apt-get install chromium\`, or name another with CHROMIUM.`,
    );
  }
}
